import { type DeployerError, toDeployerError } from '../errors.ts';
import type { Provider } from '../providers/provider.ts';
import type { ActionContext } from './context.ts';

/** Code of the error of a call whose credentials were good once and are not any more. */
const expired = 'credentials-expired';

/** How often it is tried whether somebody has renewed them, in milliseconds. */
const retryMs = 5_000;

/** How long somebody may take to renew them. */
const patienceMs = 30 * 60_000;

/**
 * The provider, which waits where credentials expire: it says how they are renewed, looks for new ones and then asks
 * again what it had asked. Nothing of a run is lost by that.
 * @param reopen the same provider with the credentials that there are now
 */
export function renewingProvider(
  provider: Provider,
  reopen: () => Promise<Provider>,
  context: ActionContext,
): Provider {
  let current = provider;
  const former = new Map<string, number>();
  let renewing: Promise<void> | null = null;
  const renew = async (error: DeployerError) => {
    const next = await renewed(error, reopen, context);
    for (const [name, count] of current.calls()) former.set(name, (former.get(name) ?? 0) + count);
    current = next;
  };
  const ask = async <T>(question: (current: Provider) => Promise<T>): Promise<T> => {
    while (true) {
      try {
        return await question(current);
      } catch (error) {
        const told = toDeployerError(error);
        if (told.code !== expired) throw error;
        // Several calls may find out at once; one of them waits for all.
        renewing ??= renew(told).finally(() => {
          renewing = null;
        });
        await renewing;
      }
    }
  };
  const { cloud, dialing, pollMs } = provider;
  return {
    ...{ cloud, dialing, pollMs },
    account: () => ask((each) => each.account()),
    findImage: (image) => ask((each) => each.findImage(image)),
    prepare: (image) => ask((each) => each.prepare(image)),
    figures: (types) => ask((each) => each.figures(types)),
    importKey: (...given) => ask((each) => each.importKey(...given)),
    openNetwork: (...given) => ask((each) => each.openNetwork(...given)),
    launch: (...given) => ask((each) => each.launch(...given)),
    label: (...given) => ask((each) => each.label(...given)),
    describe: (uid) => ask((each) => each.describe(uid)),
    machineStates: (uid) => ask((each) => each.machineStates(uid)),
    discover: (name) => ask((each) => each.discover(name)),
    start: (ids) => ask((each) => each.start(ids)),
    protectedAmong: (ids) => ask((each) => each.protectedAmong(ids)),
    unprotect: (ids) => ask((each) => each.unprotect(ids)),
    terminate: (ids) => ask((each) => each.terminate(ids)),
    ailments: (ids) => ask((each) => each.ailments(ids)),
    consoleOutput: (id) => ask((each) => each.consoleOutput(id)),
    sweep: (uid) => ask((each) => each.sweep(uid)),
    owned: () => ask((each) => each.owned()),
    calls: () => {
      const all = new Map(former);
      for (const [name, count] of current.calls()) all.set(name, (all.get(name) ?? 0) + count);
      return all;
    },
  };
}

/** @throws {DeployerError} the error itself when nobody has renewed the credentials in time */
async function renewed(
  error: DeployerError,
  reopen: () => Promise<Provider>,
  { emit, clock, signal }: ActionContext,
): Promise<Provider> {
  const advice = error.hint === undefined ? '' : ` ${error.hint}`;
  const message = `the credentials have expired, waiting for new ones.${advice}`;
  emit({ type: 'notice', level: 'warning', message });
  const deadline = clock.monotonicMs() + patienceMs;
  while (clock.monotonicMs() < deadline) {
    await clock.sleep(retryMs, signal);
    const provider = await reopen();
    const isGood = await provider.account().then(
      () => true,
      () => false,
    );
    if (!isGood) continue;
    emit({ type: 'notice', level: 'info', message: 'there are new credentials: going on' });
    return provider;
  }
  throw error;
}
