import { UsageError } from '../errors.ts';
import { baseImages, ensureBaseImage } from '../localcloud/base-image.ts';
import { type LocalCloud, openCloud } from '../localcloud/cloud.ts';
import { misbehaviourOf } from '../localcloud/misbehaviour.ts';
import { accountOf, cloudDirectory, imageIdOf, imagesDirectory } from '../localcloud/names.ts';
import {
  checkPrerequisites,
  installPrerequisites,
  type Prerequisite,
} from '../localcloud/prerequisites.ts';
import { cloudRequestHandler } from '../localcloud/request-handler.ts';
import { complete } from '../providers/ec2/capabilities.ts';
import { fixedCapabilities, openCapabilities } from '../providers/ec2/capability-source.ts';
import { openEc2Api } from '../providers/ec2/ec2-api.ts';
import { createEc2Provider } from '../providers/ec2/ec2-provider.ts';
import type { ImageWish, Provider } from '../providers/provider.ts';
import type { ActionContext } from './context.ts';

const phase = 'setup';

/**
 * The cloud on this computer as a provider: the same EC2 client as for any other cloud, answered in this process.
 * The account that it works for belongs to the state folder.
 */
export async function openLocalProvider(
  stateRoot: string,
  setup: boolean,
  context: ActionContext,
): Promise<Provider> {
  const cloud = openLocalCloud(stateRoot, context);
  const { clock, signal } = context;
  const access = {
    // The SDK wants a region, an endpoint and keys even though no byte leaves this process.
    region: 'local',
    endpoint: 'http://local-cloud.localhost',
    credentials: { accessKeyId: cloud.account, secretAccessKey: 'local' },
    requestHandler: cloudRequestHandler(cloud),
  };
  const api = await openEc2Api(access, { clock, signal });
  const { personality } = await misbehaviourOf(cloud);
  // It is asked like any other cloud when it is told to be like one; what it answers holds only as long.
  const capabilities =
    personality === 'aws' ? fixedCapabilities(complete) : openCapabilities(api, null);
  const provider = createEc2Provider(api, capabilities, {
    cloud: localCloudName(cloud),
    dialing: 'eager',
    pollMs: 100,
  });
  return {
    ...provider,
    prepare: async (image) => {
      await makeReady(cloud, baseImageOf(image), setup, context);
      return provider.prepare(image);
    },
  };
}

/** The local cloud in words, as a cluster remembers where it was made. */
export function localCloudName(cloud: LocalCloud): string {
  return `the local cloud in ${cloud.host.directory}`;
}

/** The local cloud as the account of a state folder sees it. */
export function openLocalCloud(stateRoot: string, { env, clock }: ActionContext): LocalCloud {
  const directory = cloudDirectory(env);
  return openCloud({
    directory,
    imagesDirectory: imagesDirectory(directory, env),
    account: accountOf(stateRoot),
    clock,
  });
}

/** The name of a base image that is wished for by its name or its id. */
function baseImageOf(image: ImageWish): string {
  const wish = typeof image === 'string' ? image : JSON.stringify(image);
  return baseImages.find((name) => imageIdOf(name) === wish) ?? wish;
}

/** Installs what is missing on this computer and makes the base image, once; silent when all is there. */
async function makeReady(
  cloud: LocalCloud,
  image: string,
  setup: boolean,
  { emit, signal, clock, env }: ActionContext,
): Promise<void> {
  const missing = (await checkPrerequisites(env)).filter((prerequisite) => !prerequisite.found);
  if (missing.length > 0 && !setup) throw notSetUp(missing);
  const startedMs = clock.monotonicMs();
  let shown = false;
  const onProgress = (text: string) => {
    if (!shown) emit({ type: 'phase-started', phase, nodes: [] });
    shown = true;
    emit({ type: 'phase-progress', phase, text });
  };
  let ok = false;
  try {
    if (missing.length > 0) {
      emit({ type: 'notice', level: 'info', message: describeMissing(missing) });
      await installPrerequisites(missing, { onProgress, signal });
    }
    await ensureBaseImage(cloud, image, { onProgress, signal, nowMs: clock.now() });
    ok = true;
  } finally {
    const ms = clock.monotonicMs() - startedMs;
    const detail = ok ? `base image ${image}` : '';
    const done = ok ? 1 : 0;
    if (shown) emit({ type: 'phase-ended', phase, ok, done, total: 1, ms, detail });
  }
}

function describeMissing(missing: readonly Prerequisite[]): string {
  const names = missing.map(({ name, why }) => `${name} (${why})`).join(', ');
  return `installing what the local cloud needs on this computer: ${names}`;
}

function notSetUp(missing: readonly Prerequisite[]): UsageError {
  const names = missing.map(({ name }) => name).join(', ');
  return new UsageError(
    'not-set-up',
    `the local cloud needs programs that are not here: ${names}`,
    {
      hint: `Install them, or leave out --no-setup:\n${missing.map(({ fix }) => fix).join('\n')}`,
    },
  );
}
