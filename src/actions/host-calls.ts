import { DeployerError } from '../errors.ts';
import type { AskOptions } from '../node/ask.ts';
import { claimHost, reportHost } from '../node/claim.ts';
import { leaveHost } from '../node/leave.ts';
import type { MachineLogin } from '../providers/provider.ts';
import type { Host } from '../providers/static/host.ts';
import { startDeadline } from '../remote/deadline.ts';
import type { Remote } from '../remote/remote.ts';
import { type Doors, targetOf } from './connect-target.ts';
import type { ActionContext } from './context.ts';
import type { SharedConnections } from './shared-connections.ts';
import { wayToOwn } from './way-in.ts';

/** How long a machine may take to say whose it is, in milliseconds. */
const lookMs = 5_000;

/** How machines are left; what stays on them is added here. */
export interface Leaving {
  purgeData: boolean;
  readonly kept: { readonly host: string; readonly folders: readonly string[] }[];
}

/** A machine that was there before, which can also be connected to without more ado. */
export interface ReachableHost extends Host {
  /** The connection to it. @throws {DeployerError} when it does not answer soon */
  reach(): Promise<Remote>;
}

interface Reaching {
  readonly connections: SharedConnections;
  readonly doors: Doors;
  readonly leaving: Leaving;
}

/** What can be asked of a machine and done to it, all over one connection. */
export function hostCalls(
  { id, login }: { readonly id: string; readonly login: MachineLogin },
  { connections, doors, leaving }: Reaching,
  context: ActionContext,
): Pick<ReachableHost, 'reach' | 'look' | 'claim' | 'leave'> {
  const { clock, signal } = context;
  const target = targetOf(
    doors,
    { name: id, machineId: id },
    wayToOwn(login),
    { timeoutMs: lookMs, pins: false },
    context,
  );
  const reach = () => connections.to(id, target, { clock, signal });
  const asking: AskOptions = { clock, signal };
  return {
    reach,
    look: async () => {
      const remote = await reach();
      const { claim, identity, facts } = await soon(remote, context, (options) =>
        reportHost(remote, options),
      );
      const worksFor = identity && { uid: identity.uid, cluster: identity.cluster };
      const { memoryMib, cpus } = facts;
      return { claim, worksFor, figures: { memoryMib, cpus } };
    },
    claim: async (claim) => claimHost(await reach(), { version: 1, ...claim }, asking),
    leave: async (uid) => {
      const { purgeData } = leaving;
      const { kept } = await leaveHost(await reach(), { uid, purgeData }, asking);
      if (kept.length === 0) return;
      leaving.kept.push({ host: id, folders: kept });
      const message = `${id} keeps what services wrote to ${kept.join(', ')}`;
      context.emit({ type: 'notice', level: 'info', message });
    },
  };
}

/** What a machine answers within the time for a look. */
async function soon<T>(
  remote: Remote,
  { clock, signal }: ActionContext,
  question: (options: AskOptions) => Promise<T>,
): Promise<T> {
  const deadline = startDeadline(lookMs, clock, signal);
  try {
    return await question({ clock, signal: deadline.signal });
  } catch (error) {
    signal.throwIfAborted();
    if (deadline.expired) throw noAnswer(remote.node);
    throw error;
  } finally {
    deadline.clear();
  }
}

function noAnswer(host: string): DeployerError {
  const message = `${host}: connected, but no answer within ${lookMs / 1_000} s`;
  return new DeployerError('ssh-silent', message, { retryable: true });
}
