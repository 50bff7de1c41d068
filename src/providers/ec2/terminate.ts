import { isRefusedWith } from './api-error.ts';
import { backoffMs } from './backoff.ts';
import { describeInstances } from './describe.ts';
import type { Ec2Api } from './ec2-api.ts';
import { notTerminated } from './marks.ts';

/** EC2 takes as many machines in one call. */
const mostAtOnce = 1_000;

/** How long a machine may be unknown to the cloud before it counts as gone, in milliseconds. */
const agedMs = 60_000;

/**
 * Asks for machines' end. One that the cloud does not know may only not be visible yet: it is asked for again for a
 * while, and meanwhile does not hold up the others.
 */
export async function terminateInstances(api: Ec2Api, ids: readonly string[]): Promise<void> {
  for (let start = 0; start < ids.length; start += mostAtOnce) {
    await terminate(api, ids.slice(start, start + mostAtOnce));
  }
}

async function terminate(api: Ec2Api, ids: readonly string[]): Promise<void> {
  const { clock, signal, random = Math.random } = api.deps;
  const deadline = clock.monotonicMs() + agedMs;
  const waiting = new Set(ids);
  let asked = ids;
  for (let attempt = 0; waiting.size > 0; attempt += 1) {
    if (asked.length > 0 && (await tryTerminate(api, asked))) {
      for (const id of asked) waiting.delete(id);
    }
    if (waiting.size === 0 || clock.monotonicMs() >= deadline) return;
    await clock.sleep(backoffMs(attempt, { firstMs: 500, mostMs: 8_000 }, random), signal);
    asked = await livingOf(api, [...waiting]);
  }
}

/** False when the cloud does not know one of them: then it has ended none. */
async function tryTerminate({ sdk, client }: Ec2Api, ids: readonly string[]): Promise<boolean> {
  try {
    await client.send(new sdk.TerminateInstancesCommand({ InstanceIds: [...ids] }));
    return true;
  } catch (error) {
    if (isRefusedWith(error, 'InvalidInstanceID.NotFound', 'InvalidInstanceId.NotFound'))
      return false;
    throw error;
  }
}

/** Those that the cloud sees; a filter does not mind ids that it does not. */
async function livingOf(api: Ec2Api, ids: string[]): Promise<readonly string[]> {
  const living = await describeInstances(api, [
    { Name: 'instance-id', Values: ids },
    notTerminated,
  ]);
  return living.flatMap(({ InstanceId }) => InstanceId ?? []);
}
