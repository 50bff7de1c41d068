import { DeployerError } from '../errors.ts';
import type { LaunchRequest, LaunchSecrets, Machine } from '../providers/provider.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import { generatePrivateKey, publicKeyLine } from '../state/openssh-key.ts';

/** Names of the secrets that host keys are kept under begin with this; the token of their launch comes after it. */
const prefix = 'host-key.';

const comment = 'deployer';

/**
 * The public host key, one line, for the machines of the launch with this token: they are known by it at first contact.
 * Its private half stays among the cluster's secrets until all of them have keys of their own.
 */
export async function givenHostKey({ secrets }: ClusterState, token: string): Promise<string> {
  const privateKey = await secrets.value(nameOf(token), () => generatePrivateKey(comment));
  return publicKeyLine(privateKey, comment) ?? '';
}

/**
 * What goes with a launch and is not written down with it.
 * @throws {DeployerError} `host-key-lost` when the private half of its host key is gone
 */
export async function launchSecrets(
  { secrets, folder }: ClusterState,
  { token, hostKey }: LaunchRequest,
): Promise<LaunchSecrets> {
  if (hostKey === null) return { hostKey: null };
  const privateKey = await secrets.existingValue(nameOf(token));
  if (privateKey !== null) return { hostKey: `${privateKey}\n` };
  throw new DeployerError(
    'host-key-lost',
    'a launch was cut short, and the host key that it gave to its machines is gone',
    { hint: `Restore ${folder}/secrets, or destroy the cluster and create it anew.` },
  );
}

/** Remembers by which key the machines of a launch are to be known; to be done before the launch counts as ended. */
export async function pinGivenKey(
  { hostKeys }: ClusterState,
  { token, hostKey }: LaunchRequest,
  machines: readonly Machine[],
): Promise<void> {
  const base64 = hostKey?.split(' ')[1];
  if (base64 === undefined) return;
  await Promise.all(
    machines.map(({ id }) => hostKeys.pin(id, { type: 'ssh-ed25519', base64 }, token)),
  );
}

/** Drops the private halves that no machine is known by any more; while a launch is open its key is still needed. */
export async function dropSpentHostKeys({ secrets, hostKeys }: ClusterState): Promise<void> {
  const needed = new Set([...(await hostKeys.launches())].map(nameOf));
  const kept = (await secrets.names()).filter((name) => name.startsWith(prefix));
  for (const name of kept.filter((each) => !needed.has(each))) await secrets.drop(name);
}

function nameOf(token: string): string {
  return `${prefix}${token}`;
}
