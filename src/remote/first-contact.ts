import type { Duplex } from 'node:stream';
import type { Client } from 'ssh2';
import type { Clock } from '../clock.ts';
import type { Bastion } from './bastion.ts';
import { type Deadline, startDeadline } from './deadline.ts';
import { type Dialing, dial } from './dial.ts';
import { HandshakeFailed, handshake, type Login } from './handshake.ts';
import { type Knock, knockAt, knockThrough } from './knock.ts';
import { createLimit, type Limit } from './limit.ts';
import { shownHostKey } from './shown-host-key.ts';
import {
  type Contact,
  describeObstacle,
  isBooting,
  type Obstacle,
  unreachable,
} from './unreachable.ts';

/** An authenticated connection and the socket below it. */
export interface Contacted {
  readonly client: Client;
  readonly socket: Duplex;
}

/** Whom to reach, how, and for how long to try. */
export interface ContactTarget extends Contact, Login {
  readonly dialing: Dialing;
  readonly timeoutMs: number;
  /** The host that the connection goes through. */
  readonly via?: Bastion | undefined;
  /** Whether it has been set up long ago, so that a login that is refused now always will be. */
  readonly isSetUp?: boolean;
}

/** What reaching a node needs. */
export interface ContactDeps {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

/** Handshakes of the whole process under way: each costs both sides CPU. */
const handshakes = createLimit(30);

/** Connections to one sshd that have not logged in yet: it drops some of them from the tenth on, or as it is told. */
const mostAtOneDoor = 8;

/** By address and port; fewer are let in where connections were dropped. */
const doors = new Map<string, Limit>();

/** A silent port is not a handshake under way: it gives its place back after this time. */
const silentPlaceMs = 500;

/**
 * Pauses after a failed handshake. On OpenSSH from 9.8 on a refused login costs an address 5 s of penalty, a broken
 * off handshake 1 s, and from 15 s on the address is shut out; a machine of this computer has no such thing against us.
 */
const pausesMs: Readonly<Record<Dialing, { readonly auth: number; readonly other: number }>> = {
  eager: { auth: 1_000, other: 100 },
  gentle: { auth: 10_000, other: 2_000 },
};

/**
 * An authenticated connection to the node, tried for from the first dial on until `timeoutMs` have passed.
 *
 * @throws {DeployerError} that names the stage that was never passed: `ssh-unreachable`, `no-ssh-banner`,
 * `ssh-handshake-failed`, `host-key-unverified` or `authentication-refused`.
 * @throws What `verifyHostKey` threw, at once; the signal's reason when it aborts.
 */
export async function reach(target: ContactTarget, deps: ContactDeps): Promise<Contacted> {
  const deadline = startDeadline(target.timeoutMs, deps.clock, deps.signal);
  const obstacles = recordObstacles(target, deps);
  try {
    for (;;) {
      try {
        return await tryOnce(target, { clock: deps.clock, signal: deadline.signal }, obstacles.add);
      } catch (error) {
        deps.signal.throwIfAborted();
        if (!(error instanceof HandshakeFailed)) throw error;
        obstacles.add({ stage: 'handshake', failed: error });
        if (error.refused && target.isSetUp === true && !isBooting(error)) throw obstacles.error();
        await pauseAfter(error, target.dialing, deadline, deps.clock);
      }
    }
  } catch (error) {
    throw deadline.expired && error === deadline.signal.reason ? obstacles.error() : error;
  } finally {
    deadline.clear();
  }
}

async function tryOnce(
  target: ContactTarget,
  deps: { readonly clock: Clock; readonly signal: AbortSignal },
  add: (obstacle: Obstacle) => void,
): Promise<Contacted> {
  const { address, port, via, dialing } = target;
  const places: (() => void)[] = [];
  const leave = () => {
    for (const release of places.splice(0)) release();
  };
  const settled = new AbortController();
  const door = doorOf(target);
  // sshd counts a connection from its first packet on, so this place is taken before there is one.
  const leaveDoor = await door.acquire(deps.signal);
  const onFailure = (failure: string) => add({ stage: 'tcp', failure });
  const knock = via === undefined ? knockAt(address, port) : knockThrough(via, address, port);
  let socket: Duplex | undefined;
  try {
    socket = await dial(knock, dialing, { ...deps, onFailure });
    for (const limit of [...(via === undefined ? [] : [via.handshakes]), handshakes]) {
      places.push(await limit.acquire(deps.signal));
    }
    leaveWhileSilent(socket, leave, deps.clock, settled.signal);
    const peer = { certificate: () => certificateBehind(knock, dialing, deps) };
    return { client: await handshake(socket, target, { ...deps, peer }), socket };
  } catch (error) {
    socket?.destroy();
    if (error instanceof HandshakeFailed && error.stage === 'banner') door.lower();
    throw error;
  } finally {
    settled.abort();
    leave();
    leaveDoor();
  }
}

/** The certificate of the host key behind the same door, of which only one place is taken. */
async function certificateBehind(
  knock: Knock,
  dialing: Dialing,
  deps: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<Buffer> {
  const stream = await dial(knock, dialing, { ...deps, onFailure: () => {} });
  return shownHostKey(stream, 'ssh-ed25519-cert-v01@openssh.com', deps.signal);
}

function doorOf({ address, port, via }: ContactTarget): Limit {
  const name = `${via?.name ?? ''} ${address} ${port}`;
  const door = doors.get(name) ?? createLimit(mostAtOneDoor);
  doors.set(name, door);
  return door;
}

function leaveWhileSilent(
  socket: Duplex,
  leave: () => void,
  clock: Clock,
  settled: AbortSignal,
): void {
  let isSilent = true;
  socket.once('data', () => {
    isSilent = false;
  });
  clock.sleep(silentPlaceMs, settled).then(
    () => {
      if (isSilent) leave();
    },
    () => {},
  );
}

/** Waits before the next try, not all for the same time; the deadline cuts the wait short. */
async function pauseAfter(
  failed: HandshakeFailed,
  dialing: Dialing,
  deadline: Deadline,
  clock: Clock,
): Promise<void> {
  const pause = pausesMs[dialing];
  const mayBePenalised = failed.stage === 'auth' && !(dialing === 'eager' && isBooting(failed));
  const leastMs = mayBePenalised ? pause.auth : pause.other;
  await clock.sleep(leastMs * (1 + Math.random() / 2), deadline.signal);
}

/** Remembers the last obstacle and since when it has been the same, and tells of each new one. */
function recordObstacles(target: ContactTarget, { clock, onProgress }: ContactDeps) {
  const silence = target.via === undefined ? 'silent' : `no answer through ${target.via.name}`;
  let last: Obstacle = { stage: 'tcp', failure: silence };
  let told = '';
  let sinceMs = clock.monotonicMs();
  return {
    add: (obstacle: Obstacle) => {
      const text = describeObstacle(obstacle, target);
      if (text === told) return;
      if (told !== '') sinceMs = clock.monotonicMs();
      last = obstacle;
      told = text;
      onProgress?.(text);
    },
    error: () => unreachable(target, last, clock.monotonicMs() - sinceMs),
  };
}
