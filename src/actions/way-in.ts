import { DeployerError } from '../errors.ts';
import { isAlive } from '../plan/machines.ts';
import type { Machine, MachineLogin } from '../providers/provider.ts';
import type { Identity } from '../remote/identity.ts';
import type { ClusterKey } from '../state/secrets.ts';
import type { ActionContext } from './context.ts';
import type { Place } from './open-place.ts';

/** How a host is logged into. */
export type Login = Omit<MachineLogin, 'via'>;

/** How a machine is reached and logged into. */
export interface WayIn extends Login {
  /** Hosts that the connection goes through, the first one first. */
  readonly hops: readonly Login[];
}

/**
 * How the machine is reached: one that was there before the cluster as it says itself, any other at its address with the
 * cluster's key; through the profile's host on the way, if there is one, to the address inside the network.
 * @throws {DeployerError} `no-machine` when it has no address, `key-lost`
 */
export async function wayTo(
  place: Place,
  { name, machine }: { readonly name: string; readonly machine: Machine | undefined },
): Promise<WayIn> {
  if (machine?.login !== undefined) return wayToOwn(machine.login);
  const { hops } = place;
  const address = hops.length > 0 ? machine?.address : (machine?.publicAddress ?? machine?.address);
  if (address === undefined) {
    throw new DeployerError('no-machine', `${name} has no machine with an address`);
  }
  const { privateKeyFile } = await knownKey(place);
  return {
    ...{ address, port: 22, username: place.login.username },
    ...{ keyFiles: [privateKeyFile], onlyThese: true, agent: undefined },
    ...{ names: [address, name], knownHostsFiles: [], hops },
  };
}

/**
 * Whether a machine that comes up has the address by now that it is to be reached at. A cloud gives the inner one at
 * once, and the outer one, where there is to be one, by the time the machine runs.
 */
export function isDialable(machine: Machine | undefined, isThroughHosts: boolean): boolean {
  if (machine === undefined || !isAlive(machine) || machine.address === undefined) return false;
  return isThroughHosts || machine.publicAddress !== undefined || machine.state === 'running';
}

/** How a machine is reached that was there before the cluster. */
export function wayToOwn({ via, ...login }: MachineLogin): WayIn {
  return { ...login, hops: via };
}

/** Whom a machine is logged into as. */
export function usernameOf({ login }: Pick<Place, 'login'>, machine: Machine | undefined): string {
  return machine?.login?.username ?? login.username;
}

/** What proves who logs in: an agent, then keys. Without an agent the passphrase of an encrypted key is asked for. */
export function identitiesOf(
  { agent, keyFiles, onlyThese }: Login,
  { askSecret }: { readonly askSecret?: ActionContext['askSecret'] },
): readonly Identity[] {
  const asks = agent === undefined && askSecret !== undefined;
  const keys = keyFiles.map((keyFile) => ({
    keyFile,
    ...(asks && { passphrase: () => askSecret(`Passphrase of ${keyFile}:`) }),
  }));
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
