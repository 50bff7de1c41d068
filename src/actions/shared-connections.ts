import { type ConnectDeps, type ConnectTarget, connect } from '../remote/connect.ts';
import type { HostKey, Peer } from '../remote/host-key.ts';
import type { Remote } from '../remote/remote.ts';

/** One connection a machine, whoever needs it: to ask whose it is, and to work on it as a node. */
export interface SharedConnections {
  /**
   * The connection to the machine, made when there is none yet; whoever comes later has the host key checked, too, as he
   * would check it himself, and those of the hosts on the way.
   * @throws {DeployerError} as {@link connect}, and what `verifyHostKey` throws
   */
  to(id: string, target: ConnectTarget, deps: ConnectDeps): Promise<Remote>;
  /** The host key that the machine has shown on its connection. */
  keyOf(id: string): Promise<HostKey | undefined>;
  /** Ends all of them. */
  close(): Promise<void>;
}

interface Shared {
  readonly remote: Remote;
  /** What the machine has shown of itself. */
  readonly shown: readonly [key: HostKey, peer: Peer];
}

/** No connection yet. */
export function openSharedConnections(): SharedConnections {
  const open = new Map<string, Promise<Shared>>();
  const share = (id: string, target: ConnectTarget, deps: ConnectDeps) => {
    const made = connectAndKeep(target, deps);
    open.set(id, made);
    made.catch(() => {
      if (open.get(id) === made) open.delete(id);
    });
    return made;
  };
  return {
    to: async (id, target, deps) => {
      const before = await open.get(id)?.catch(() => undefined);
      if (before === undefined) return (await share(id, target, deps)).remote;
      await target.via?.check();
      await target.verifyHostKey(...before.shown);
      return before.remote;
    },
    keyOf: async (id) => (await open.get(id))?.shown[0],
    close: async () => {
      const all = await Promise.allSettled(open.values());
      const made = all.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []));
      await Promise.all(made.map(({ remote }) => remote.close()));
    },
  };
}

async function connectAndKeep(target: ConnectTarget, deps: ConnectDeps): Promise<Shared> {
  let shown: Shared['shown'] | undefined;
  const verifyHostKey = async (key: HostKey, peer: Peer) => {
    await target.verifyHostKey(key, peer);
    shown = [key, peer];
  };
  const remote = await connect({ ...target, verifyHostKey }, deps);
  if (shown === undefined) throw new TypeError('a connection without a host key');
  return { remote, shown };
}
