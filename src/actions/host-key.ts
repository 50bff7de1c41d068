import { DeployerError } from '../errors.ts';
import type { Provider } from '../providers/provider.ts';
import type { HostKey } from '../remote/host-key.ts';
import { checkCertificate } from './check-certificate.ts';
import type { ActionContext } from './context.ts';
import { checkKnownHosts, isKnownHost, type Stranger } from './known-hosts.ts';
import type { Place } from './open-place.ts';
import { tellTrust } from './tell-trust.ts';

const consoleTimeoutMs = 30_000;
const consolePollMs = 200;

/** A machine that answers, and who it should be. */
export interface Answering extends Stranger {
  /** The node's name, for messages. */
  readonly node: string;
  readonly machineId: string;
  /** Files that ~/.ssh/config names for it; the usual ones when there are none. */
  readonly knownHostsFiles?: readonly string[];
}

/** What is known of machines' keys, and where. */
export interface Keeper {
  readonly request: Pick<Place['request'], 'profile' | 'configFile' | 'credentials'>;
  readonly state: Pick<Place['state'], 'hostKeys'>;
  readonly provider: Pick<Provider, 'consoleOutput'>;
  /** What was told of keys that are trusted at first sight, which is told once. */
  readonly told: Set<string>;
}

/**
 * Accepts a machine's host key, or refuses it: against the keys pinned for this machine, else as the profile's
 * `hostKeys` says. What is accepted stays pinned by the machine's id, never by its address. A key that the machine made
 * itself and shows now is the only one from then on. A machine of one's own is never trusted against known_hosts.
 * @param pins whether it is this call's place to remember, which only a run that holds the lock may
 * @throws {DeployerError} `wrong-host-key` with both fingerprints, `host-key-unknown`
 */
export async function checkHostKey(
  cluster: Keeper,
  answering: Answering,
  { pins, context }: { pins: boolean; context: ActionContext },
): Promise<void> {
  const { node, machineId, key } = answering;
  const { hostKeys } = cluster.state;
  const accepted = await hostKeys.accepted(machineId);
  const shown = accepted.find(({ base64 }) => base64 === key.base64);
  if (shown !== undefined) {
    if (pins && shown.launch === null && accepted.length > 1) await hostKeys.settle(machineId, key);
    return;
  }
  if (accepted.length > 0) {
    const expected = accepted.map(({ fingerprint }) => fingerprint).join(' or ');
    throw wrongKey(node, machineId, expected, key);
  }
  await checkUnpinned(cluster, answering, context);
  if (pins) await hostKeys.pin(machineId, key);
}

async function checkUnpinned(
  cluster: Keeper,
  answering: Answering,
  context: ActionContext,
): Promise<void> {
  const { profile, credentials } = cluster.request;
  const { node, machineId, key } = answering;
  switch (profile.hostKeys) {
    case 'console':
      return checkAgainstConsole(cluster, answering, context);
    case 'inject':
      throw neverGiven(node, machineId);
    case 'strict':
      return checkKnownHosts(cluster.request, answering, context.clock);
    case 'ca':
      return checkCertificate(cluster.request, answering, context.clock);
    case 'pinned':
      // The addresses of a cloud come round again: what known_hosts says of one is not about this machine.
      if (credentials.kind === 'static') {
        if (await isKnownHost(cluster.request, answering, context.clock)) return;
      }
      return tellTrust(cluster.told, { key, id: machineId, node }, context);
  }
}

async function checkAgainstConsole(
  cluster: Keeper,
  { node, machineId: id, key }: Answering,
  { clock, signal }: ActionContext,
): Promise<void> {
  const deadline = clock.monotonicMs() + consoleTimeoutMs;
  while (true) {
    const fingerprints = consoleFingerprints(await cluster.provider.consoleOutput(id));
    if (fingerprints.includes(key.fingerprint)) return;
    if (fingerprints.length > 0) throw wrongKey(node, id, fingerprints.join(', '), key);
    if (clock.monotonicMs() >= deadline) {
      throw new DeployerError(
        'host-key-unknown',
        `${node}: the console of ${id} shows no host key to compare with`,
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

/** The state folder is the only place that knows which key a launch gave to its machines. */
function neverGiven(node: string, machineId: string): DeployerError {
  return new DeployerError(
    'host-key-unknown',
    `${node}: nothing tells which host key ${machineId} was given at its launch`,
    {
      hint: 'Restore the state folder, replace the node, or set `hostKeys: pinned` in the profile to trust it at first sight.',
    },
  );
}
