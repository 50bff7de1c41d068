import type { Observation } from './observation.ts';
import type { Instance } from './record.ts';

const codes = {
  pending: 0,
  running: 16,
  'shutting-down': 32,
  terminated: 48,
  stopping: 64,
  stopped: 80,
} as const;

/** One of EC2's instance states. */
export type StateName = keyof typeof codes;

/** An instance's state as EC2 reports it. */
export interface InstanceState {
  readonly name: StateName;
  readonly reason?: Reason;
}

type Reason = NonNullable<Instance['endReason']>;

const byUser: Reason = {
  code: 'Client.UserInitiatedShutdown',
  message: 'Client.UserInitiatedShutdown: User initiated shutdown',
};

/** EC2's number for a state. */
export function stateCode(name: StateName): number {
  return codes[name];
}

/** What EC2 would call at `nowMs` a machine that should be as its record says and looks like `seen`. */
export function stateOf(
  { want, endReason, pendingUntilMs = 0 }: Pick<Instance, 'want' | 'endReason' | 'pendingUntilMs'>,
  seen: Observation,
  nowMs: number,
): InstanceState {
  const isAlive = seen.kind === 'alive';
  if (nowMs < pendingUntilMs) return { name: 'pending' };
  if (want === 'terminated') {
    return { name: isAlive ? 'shutting-down' : 'terminated', reason: endReason ?? byUser };
  }
  if (want === 'stopped') {
    return { name: isAlive ? 'stopping' : 'stopped', reason: endReason ?? byUser };
  }
  if (isAlive) return { name: 'running' };
  if (seen.kind === 'absent' || seen.kind === 'new') return { name: 'pending' };
  return { name: 'stopped', reason: reasonOf(seen) };
}

function reasonOf(seen: Observation & { kind: 'exited' | 'lost' }): Reason {
  if (seen.kind === 'lost') return internal('the supervisor of the machine was killed');
  if (seen.status === 'host-rebooted') return internal('the computer was restarted');
  if (seen.status !== '0') return internal(`systemd-nspawn ended with exit code ${seen.status}`);
  const code = 'Client.InstanceInitiatedShutdown';
  return { code, message: `${code}: Instance initiated shutdown` };
}

function internal(why: string): Reason {
  return { code: 'Server.InternalError', message: `Server.InternalError: ${why}` };
}
