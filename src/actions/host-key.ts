import { DeployerError } from '../errors.ts';
import type { HostKey } from '../remote/host-key.ts';
import type { ActionContext } from './context.ts';
import type { Place } from './open-place.ts';

const consoleTimeoutMs = 30_000;
const consolePollMs = 200;

/**
 * Accepts a machine's host key, or refuses it: against the key pinned for this machine at first contact, else as the
 * profile's `hostKeys` says. What is accepted stays pinned by the machine's id, never by its address.
 * @param pins whether it is this call's place to remember, which only a run that holds the lock may
 * @throws {DeployerError} `wrong-host-key` with both fingerprints
 */
export async function checkHostKey(
  cluster: Place,
  node: string,
  machineId: string,
  key: HostKey,
  { pins, context }: { pins: boolean; context: ActionContext },
): Promise<void> {
  const { hostKeys } = cluster.state;
  const pinned = await hostKeys.pinned(machineId);
  if (pinned !== null) {
    if (pinned.base64 !== key.base64) throw wrongKey(node, machineId, pinned.fingerprint, key);
    return;
  }
  if (cluster.request.profile.hostKeys === 'console') {
    await checkAgainstConsole(cluster, node, machineId, key, context);
  } else {
    const message = `${node}: trusting host key ${key.fingerprint} of ${machineId} at first sight`;
    context.emit({ type: 'notice', level: 'info', message });
  }
  if (pins) await hostKeys.pin(machineId, key);
}

async function checkAgainstConsole(
  cluster: Place,
  node: string,
  machineId: string,
  key: HostKey,
  { clock, signal }: ActionContext,
): Promise<void> {
  const deadline = clock.monotonicMs() + consoleTimeoutMs;
  while (true) {
    const fingerprints = consoleFingerprints(await cluster.provider.consoleOutput(machineId));
    if (fingerprints.includes(key.fingerprint)) return;
    if (fingerprints.length > 0) throw wrongKey(node, machineId, fingerprints.join(', '), key);
    if (clock.monotonicMs() >= deadline) {
      throw new DeployerError(
        'host-key-unknown',
        `${node}: the console of ${machineId} shows no host key to compare with`,
        { hint: 'Set `hostKeys: pinned` in the profile to trust each machine at first sight.' },
      );
    }
    await clock.sleep(consolePollMs, signal);
  }
}

/**
 * The ed25519 fingerprints that a machine printed on its console.
 * @see https://cloudinit.readthedocs.io/en/latest/reference/modules.html#keys-to-console
 */
export function consoleFingerprints(text: string): readonly string[] {
  const block =
    /-----BEGIN SSH HOST KEY FINGERPRINTS-----(.*?)-----END SSH HOST KEY FINGERPRINTS-----/s;
  const lines = (block.exec(text)?.[1] ?? '')
    .split('\n')
    .filter((line) => line.includes('ED25519'));
  return lines.flatMap((line) => /SHA256:[A-Za-z0-9+/]+/.exec(line)?.[0] ?? []);
}

function wrongKey(node: string, machineId: string, expected: string, key: HostKey): DeployerError {
  const message = `${node}: machine ${machineId} answers with another host key than its own`;
  return new DeployerError('wrong-host-key', message, {
    excerpt: `expected ${expected}\nanswered ${key.fingerprint}`,
    hint: 'Something else may be answering at its address. If you know why the key changed, destroy the cluster and create it anew.',
  });
}
