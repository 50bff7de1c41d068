import { homedir } from 'node:os';
import { DeployerError } from '../errors.ts';
import type { HostKey, Peer } from '../remote/host-key.ts';
import { hostWord } from '../ssh-config/known-hosts.ts';
import type { ActionContext } from './context.ts';
import type { Keeper } from './host-key.ts';
import { judgeByKnownHosts, readKnownHosts, usualKnownHosts } from './known-hosts.ts';
import { tellTrust } from './tell-trust.ts';
import type { Login } from './way-in.ts';

/** A host on the way to machines, and where it may be known. */
export type Bastion = Pick<Login, 'names' | 'port' | 'knownHostsFiles'>;

/** The name under which a host on the way is pinned. */
export function bastionName({ names, port }: Bastion): string {
  return hostWord(names[0] ?? '', port);
}

/**
 * Accepts the key of a host on the way, or refuses it: as the user's known_hosts has it, else as it was pinned when it
 * was first seen. One that is seen for the first time is trusted, which is told.
 * @param pins whether it is this call's place to remember
 * @throws {DeployerError} `wrong-host-key` with both fingerprints
 */
export async function checkBastionKey(
  { state: { hostKeys }, told }: Pick<Keeper, 'state' | 'told'>,
  bastion: Bastion,
  shown: { readonly key: HostKey; readonly peer: Peer },
  { pins, context }: { pins: boolean; context: ActionContext },
): Promise<void> {
  const { key } = shown;
  const name = bastionName(bastion);
  const { knownHostsFiles: said } = bastion;
  const files = said.length > 0 ? said : usualKnownHosts(homedir());
  const verdict = await judgeByKnownHosts(
    await readKnownHosts(files),
    { ...bastion, ...shown },
    context.clock,
  );
  if (verdict.is === 'wrong') throw wrongKey(name, verdict.expected, key);
  const pinned = await hostKeys.pinned(name);
  if (verdict.is === 'unknown') {
    if (pinned?.base64 === key.base64) return;
    if (pinned !== null) throw wrongKey(name, pinned.fingerprint, key);
    tellTrust(told, { key, id: name }, context);
  }
  if (!pins || pinned?.base64 === key.base64) return;
  await hostKeys.forget(name);
  await hostKeys.pin(name, key);
}

function wrongKey(name: string, expected: string, key: HostKey): DeployerError {
  return new DeployerError('wrong-host-key', `${name} answers with another host key than its own`, {
    excerpt: `expected ${expected}\nanswered ${key.fingerprint}`,
    hint: `Something else may be answering there. If you know why the key changed: ssh-keygen -R '${name}', there or in the cluster's known_hosts.`,
  });
}
