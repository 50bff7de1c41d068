import { homedir, userInfo } from 'node:os';
import { DeployerError } from '../errors.ts';
import type { Machine, MachineLogin } from '../providers/provider.ts';
import type { Identity } from '../remote/identity.ts';
import { loadSshConfig } from '../ssh-config/config-files.ts';
import { type HostLogin, loginOf } from '../ssh-config/login-of.ts';
import type { ClusterKey } from '../state/secrets.ts';
import type { ActionContext } from './context.ts';
import type { Place } from './open-place.ts';

/** How a host is logged into. */
export type Login = Pick<
  HostLogin,
  'address' | 'port' | 'username' | 'keyFiles' | 'onlyThese' | 'agent'
>;

/** How a machine is reached and logged into. */
export interface WayIn extends Login {
  /** Hosts that the connection goes through, the first one first. */
  readonly hops: readonly Omit<MachineLogin, 'via'>[];
  /** Under which known_hosts may have it. */
  readonly names: readonly string[];
  /** Files in the form of known_hosts; empty for the usual ones. */
  readonly knownHostsFiles: readonly string[];
}

/**
 * How the machine is reached: one that was there before the cluster as it says itself, any other at its address with the
 * cluster's key; through the profile's host on the way, if there is one, to the address inside the network.
 * @throws {DeployerError} `no-machine` when it has no address, `key-lost`
 */
export async function wayTo(
  place: Place,
  { name, machine }: { readonly name: string; readonly machine: Machine | undefined },
  context: Pick<ActionContext, 'env'>,
): Promise<WayIn> {
  if (machine?.login !== undefined) return wayToOwn(machine.login);
  const hops = await hopsOf(place, context);
  const address = hops.length > 0 ? machine?.address : (machine?.publicAddress ?? machine?.address);
  if (address === undefined) {
    throw new DeployerError('no-machine', `${name} has no machine with an address`);
  }
  const { privateKeyFile } = await knownKey(place);
  const { username } = place.login;
  const names = [address, name];
  const key = { keyFiles: [privateKeyFile], onlyThese: true, agent: undefined };
  return { address, port: 22, username, names, knownHostsFiles: [], ...key, hops };
}

/** Whom a machine is logged into as. */
export function usernameOf({ login }: Pick<Place, 'login'>, machine: Machine | undefined): string {
  return machine?.login?.username ?? login.username;
}

/** What proves who logs in: an agent, then keys. */
export function identitiesOf({ agent, keyFiles, onlyThese }: Login): readonly Identity[] {
  const keys = keyFiles.map((keyFile) => ({ keyFile }));
  return [...(agent === undefined ? [] : [{ agent, onlyNamed: onlyThese }]), ...keys];
}

/** The cluster's key. @throws {DeployerError} `key-lost` when the state folder has none (any more) */
async function knownKey({ name, state, commandFor }: Place): Promise<ClusterKey> {
  const key = await state.secrets.existingClusterKey();
  if (key !== null) return key;
  throw new DeployerError('key-lost', `the key of ${name} is not in its state folder`, {
    hint: `Restore ${state.folder}, or remove the cluster: ${commandFor('destroy')}`,
  });
}

/** How a machine is reached that was there before the cluster. */
export function wayToOwn({ via, ...login }: MachineLogin): WayIn {
  return { ...login, hops: via };
}

/** The profile's host on the way, and those that ~/.ssh/config says are on the way to it. */
async function hopsOf(
  { request: { profile } }: Place,
  { env }: Pick<ActionContext, 'env'>,
): Promise<readonly HostLogin[]> {
  if (profile.via === undefined) return [];
  const home = homedir();
  const user = { name: userInfo().username, home, agent: env['SSH_AUTH_SOCK'] };
  const { via, ...host } = loginOf(profile.via, undefined, await loadSshConfig(home), user);
  return [...via, host];
}
