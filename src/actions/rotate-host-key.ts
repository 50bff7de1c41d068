import { toDeployerError } from '../errors.ts';
import { makeHostKey, useHostKey } from '../node/host-key.ts';
import type { Remote } from '../remote/remote.ts';
import { shownHostKey } from '../remote/shown-host-key.ts';
import type { ActionContext } from './context.ts';
import { dropSpentHostKeys } from './given-host-keys.ts';
import type { Place } from './open-place.ts';

/** How long sshd may take to show its new key. */
const patienceMs = 2_000;
const pauseMs = 50;

/** A machine that is connected, known by a key that others of its launch have, too. */
export interface Rotating {
  readonly machineId: string;
  readonly remote: Remote;
  /** Where its sshd listens, as the machine itself sees it. */
  readonly address: string;
  readonly port: number;
}

/**
 * Gives a machine that is known by the key of its launch one of its own, which is pinned in its place. Whenever this is
 * cut short the machine shows one of the keys that are pinned, and the next run goes on.
 * @throws {DeployerError} `no-host-key` when the machine cannot make or use one
 */
export async function rotateHostKey(
  { state }: Place,
  { machineId, remote, address, port }: Rotating,
  { clock, signal, emit }: ActionContext,
): Promise<void> {
  const { hostKeys } = state;
  const accepted = await hostKeys.accepted(machineId);
  if (!accepted.some(({ launch }) => launch !== null)) return;
  const asking = { clock, signal };
  const own = await makeHostKey(remote, asking);
  // From here on both are right, until sshd is seen to show the new one.
  await hostKeys.pinNext(machineId, own);
  await useHostKey(remote, asking);
  const deadline = clock.monotonicMs() + patienceMs;
  let problem = 'it still shows the one that it was given';
  while (clock.monotonicMs() < deadline) {
    try {
      const blob = await shownHostKey(await remote.openTcp(port, address), own.type, signal);
      if (blob.toString('base64') === own.base64) {
        await hostKeys.settle(machineId, own);
        return await dropSpentHostKeys(state);
      }
    } catch (error) {
      signal.throwIfAborted();
      problem = toDeployerError(error).message;
    }
    await clock.sleep(pauseMs, signal);
  }
  // The next contact sees which of the two it shows.
  const message = `${remote.node}: it was not seen that the machine uses its own host key: ${problem}`;
  emit({ type: 'notice', level: 'warning', message });
}
