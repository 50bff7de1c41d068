import type { Instance } from '@aws-sdk/client-ec2';
import { DeployerError, toDeployerError } from '../../errors.ts';
import type { LaunchRequest, LaunchSecrets, Machine } from '../provider.ts';
import { adoptLaunch, withLaunchTags } from './adopt.ts';
import { isQuotaCode, isRefusedWith } from './api-error.ts';
import { backoffMs } from './backoff.ts';
import type { Capabilities } from './capabilities.ts';
import { describeInstances } from './describe.ts';
import type { Ec2Api } from './ec2-api.ts';
import { rootDeviceOf } from './image.ts';
import { typeFigures } from './instance-types.ts';
import { toMachine } from './machine.ts';
import { runInstancesInput } from './run-instances.ts';

/** How often a launch is sent whose outcome was not seen, where its token makes that harmless. */
const mostTries = 4;

/**
 * Launches in one call. On a cloud that may not keep tokens or cannot tag in the same call, what an earlier attempt left
 * is looked for first, and taken over.
 */
export async function launch(
  api: Ec2Api,
  capabilities: Capabilities,
  request: LaunchRequest,
  secrets: LaunchSecrets,
): Promise<readonly Machine[]> {
  assertSpot(request, capabilities);
  if (!capabilities.idempotencyToken || !capabilities.tagOnCreate) {
    const found = await adoptLaunch(api, request);
    if (found.length > 0) return toMachines(found);
  }
  const launched = await send(api, capabilities, request, secrets);
  return toMachines(await withLaunchTags(api, request, launched));
}

function toMachines(instances: readonly Instance[]): readonly Machine[] {
  return instances.map(toMachine).filter((machine) => machine !== null);
}

async function send(
  api: Ec2Api,
  capabilities: Capabilities,
  request: LaunchRequest,
  secrets: LaunchSecrets,
): Promise<readonly Instance[]> {
  const { sdk, client, deps } = api;
  const rootDevice = await rootDeviceFor(api, request);
  const input = runInstancesInput(request, secrets, rootDevice, capabilities);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return (await client.send(new sdk.RunInstancesCommand(input))).Instances ?? [];
    } catch (error) {
      if (isRefusedWith(error, 'IdempotentParameterMismatch')) return launchedBefore(api, request);
      const { code, retryable } = toDeployerError(error);
      const again = retryable && capabilities.idempotencyToken && code !== 'credentials-expired';
      if (!again || attempt + 1 >= mostTries) throw await withNumbers(api, request, error);
      const waitMs = backoffMs(
        attempt,
        { firstMs: 1_000, mostMs: 8_000 },
        deps.random ?? Math.random,
      );
      await deps.clock.sleep(waitMs, deps.signal);
    }
  }
}

async function rootDeviceFor(api: Ec2Api, { imageId, disks }: LaunchRequest): Promise<string> {
  const isWished = disks.some(({ device }) => device === null);
  return isWished ? rootDeviceOf(api, imageId) : '';
}

/** The machines of a token that the cloud has met with other words: what they are is their tags' to say. */
async function launchedBefore(
  api: Ec2Api,
  { token, pool }: LaunchRequest,
): Promise<readonly Instance[]> {
  const found = await describeInstances(api, [{ Name: 'client-token', Values: [token] }]);
  if (found.length > 0) return found;
  throw new DeployerError(
    'launch-changed',
    `a launch of ${pool.instanceType} was sent before with other settings, and what came of it is not to be seen`,
    { hint: 'Run the same command again; what exists is found by its tags.' },
  );
}

function assertSpot({ pool }: LaunchRequest, { spot }: Capabilities): void {
  if (pool.market !== 'spot' || spot) return;
  // The code by which clouds say so themselves: the next pool is tried.
  throw new DeployerError('Unsupported', 'this cloud has no spot market', {
    hint: "Take spot out of the profile's `market`.",
  });
}

/** A quota's refusal with what was asked for, which the cloud's own words leave out. */
async function withNumbers(
  api: Ec2Api,
  { pool, ordinals }: LaunchRequest,
  error: unknown,
): Promise<unknown> {
  if (!(error instanceof DeployerError) || !isQuotaCode(error.code)) return error;
  const figures = await typeFigures(api, [pool.instanceType]).catch(() => null);
  const cpus = figures?.get(pool.instanceType)?.cpus;
  const count = ordinals.length;
  const total = cpus === undefined ? '' : ` = ${count * cpus} vCPU`;
  const { code, message, hint, retryable } = error;
  return new DeployerError(code, message, {
    ...{ retryable, cause: error.cause },
    ...(hint === undefined ? {} : { hint }),
    excerpt: `asked for: ${count} × ${pool.instanceType} (${pool.market})${total}`,
  });
}
