import type { Provider } from '../providers/provider.ts';
import type { ConnectTarget } from '../remote/connect.ts';
import type { HostKey, Peer } from '../remote/host-key.ts';
import { checkBastionKey } from './bastion-key.ts';
import type { ActionContext } from './context.ts';
import { checkHostKey, type Keeper } from './host-key.ts';
import type { Place } from './open-place.ts';
import { identitiesOf, type WayIn } from './way-in.ts';

/** What machines are reached through, and told apart by. */
export interface Doors extends Pick<Keeper, 'request' | 'state' | 'told'>, Pick<Place, 'bastions'> {
  readonly provider: Pick<Provider, 'dialing' | 'consoleOutput'>;
}

/** How to connect to a machine, with its host key and those of the hosts on the way checked. */
export function targetOf(
  doors: Doors,
  { name, machineId }: { readonly name: string; readonly machineId: string },
  way: WayIn,
  { timeoutMs, pins }: { readonly timeoutMs: number; readonly pins: boolean },
  context: ActionContext,
): ConnectTarget {
  const { address, port, username, hops, names, knownHostsFiles } = way;
  const identities = identitiesOf(way, context);
  const remembering = { pins, context };
  const through = hops.map((hop) => ({
    ...{ address: hop.address, port: hop.port, username: hop.username },
    identities: identitiesOf(hop, context),
    verifyHostKey: (key: HostKey, peer: Peer) =>
      checkBastionKey(doors, hop, { key, peer }, remembering),
  }));
  return {
    ...{ node: name, address, port, username, identities, timeoutMs },
    dialing: doors.provider.dialing,
    via: doors.bastions.through(through),
    verifyHostKey: (key, peer) => {
      const answering = { node: name, machineId, names, port, key, peer, knownHostsFiles };
      return checkHostKey(doors, answering, remembering);
    },
  };
}
