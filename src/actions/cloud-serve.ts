import { UsageError } from '../errors.ts';
import { ensureBaseImage } from '../localcloud/base-image.ts';
import { type LocalCloud, openCloud } from '../localcloud/cloud.ts';
import { type Credentials, openSecrets } from '../localcloud/credentials.ts';
import { setMisbehaviour } from '../localcloud/misbehaviour.ts';
import { personalityNames } from '../localcloud/personality.ts';
import { checkPrerequisites, installPrerequisites } from '../localcloud/prerequisites.ts';
import { type ServedAnswer, serveCloud, usualPort } from '../localcloud/serve.ts';
import { noteServer, refuseSecond, servedEndpoint } from '../localcloud/server-note.ts';
import { region } from '../localcloud/zones.ts';
import { suggestion } from '../suggest.ts';
import type { CloudRequest } from './cloud.ts';
import type { ActionContext } from './context.ts';
import { openLocalCloud } from './local-provider.ts';
import { surroundingsOf } from './surroundings.ts';

/** How the cloud is to be served. */
export interface CloudServeRequest extends CloudRequest {
  /** The port here: the usual one when undefined, a free one when 0. */
  readonly port: number | undefined;
  /** Which cloud it behaves like for those who are served; as the record says when undefined. */
  readonly personality: string | undefined;
  /** What it does wrong from now on; as before when undefined. */
  readonly misbehave: readonly string[] | undefined;
}

/** How programs of AWS are told to use the cloud: environment variables by name. */
export interface CloudEnvResult {
  readonly endpoint: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Where the cloud was served. */
export interface CloudServeResult {
  readonly endpoint: string;
}

const usualImage = 'debian-12';

/**
 * Serves the cloud on this computer to every EC2 client of it, until it is interrupted; machines outlive that.
 * @throws {UsageError} `cloud-already-served`, `local-port-unavailable`, `unknown-personality`, `unknown-misdeed`
 */
export async function cloudServe(
  request: CloudServeRequest,
  context: ActionContext,
): Promise<CloudServeResult> {
  const { state } = await surroundingsOf(request, context);
  const personality = personalityNamed(request.personality);
  const cloud = openLocalCloud(state.folder, context);
  const { directory } = cloud.host;
  await refuseSecond(directory);
  const options = {
    directory,
    imagesDirectory: cloud.host.imagesDirectory,
    clock: context.clock,
    ...(personality !== undefined && { personality }),
  };
  const cloudFor = (account: string) => openCloud({ ...options, account });
  await makeImage(cloud, context);
  const secretOf = await openSecrets(directory);
  if (request.misbehave !== undefined) await setMisbehaviour(cloud, request.misbehave);
  await using served = await serveCloud({
    port: request.port ?? usualPort,
    cloudFor,
    secretOf,
    personality: () => cloudFor(cloud.account).personality(),
    now: () => context.clock.now(),
    onAnswer: (answer) => tellAnswer(answer, context),
  });
  await using _note = await noteServer(directory, served.endpoint);
  const { endpoint } = served;
  const secretAccessKey = secretOf(cloud.account) ?? '';
  const variables = variablesFor(endpoint, { accessKeyId: cloud.account, secretAccessKey });
  context.emit({
    type: 'notice',
    level: 'info',
    message: `the cloud of ${directory} is served at ${endpoint}, until Ctrl-C`,
    hint: exportLines(variables).join('\n'),
  });
  await untilStopped(context);
  return { endpoint };
}

/**
 * How programs of AWS reach the cloud that is being served, as this state folder's account.
 * @throws {UsageError} `cloud-not-served` when it is not
 */
export async function cloudEnv(
  request: CloudRequest,
  context: ActionContext,
): Promise<CloudEnvResult> {
  const { state } = await surroundingsOf(request, context);
  const cloud = openLocalCloud(state.folder, context);
  const { directory } = cloud.host;
  const endpoint = await servedEndpoint(directory);
  if (endpoint === undefined) {
    throw new UsageError('cloud-not-served', `nobody serves the cloud of ${directory}`, {
      hint: 'Start it in another terminal: deployer cloud serve',
    });
  }
  const secretAccessKey = (await openSecrets(directory))(cloud.account) ?? '';
  return {
    endpoint,
    variables: variablesFor(endpoint, { accessKeyId: cloud.account, secretAccessKey }),
  };
}

function exportLines(variables: CloudEnvResult['variables']): string[] {
  return Object.entries(variables).map(([name, value]) => `export ${name}=${value}`);
}

/** A cloud without images is of no use: the usual one is made first, with what that takes on this computer. */
async function makeImage(cloud: LocalCloud, context: ActionContext): Promise<void> {
  const { emit, signal, env, clock } = context;
  if ((await cloud.machines.images()).length > 0) return;
  const message = `making the base image ${usualImage}, once: about half a minute`;
  emit({ type: 'notice', level: 'info', message });
  const progress = { onProgress: () => {}, signal };
  const missing = (await checkPrerequisites(env)).filter(({ found }) => !found);
  if (missing.length > 0) await installPrerequisites(missing, progress);
  await ensureBaseImage(cloud, usualImage, { ...progress, nowMs: clock.now() });
}

function variablesFor(
  endpoint: string,
  { accessKeyId, secretAccessKey }: Credentials,
): CloudEnvResult['variables'] {
  return {
    AWS_ENDPOINT_URL_EC2: endpoint,
    AWS_ENDPOINT_URL_STS: endpoint,
    AWS_ENDPOINT_URL_SSM: endpoint,
    AWS_REGION: region,
    AWS_DEFAULT_REGION: region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
}

function personalityNamed(word: string | undefined) {
  const found = personalityNames.find((name) => name === word);
  if (word === undefined || found !== undefined) return found;
  const message = `there is no cloud called "${word}" to behave like`;
  const hint = suggestion(word, personalityNames, 'There are');
  throw new UsageError('unknown-personality', message, { hint });
}

function tellAnswer(
  { account, action, status, error }: ServedAnswer,
  { emit }: ActionContext,
): void {
  const message = [account ?? 'unknown', action, status, error ?? ''].join(' ').trimEnd();
  emit({ type: 'notice', level: 'info', message });
}

/** Being stopped is how serving ends, and no failure. */
function untilStopped({ signal }: ActionContext): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    // Nothing else may keep the process up while nobody is connected.
    const timer = setInterval(() => {}, 60_000);
    signal.addEventListener('abort', () => {
      clearInterval(timer);
      resolve();
    });
  });
}
