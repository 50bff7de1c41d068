import { insideMachine, livingMachines, nameOf } from './ground-truth.ts';
import type { Workspace } from './workspace.ts';
import { askServer, connectTo } from './zookeeper.ts';

const port = 2181;

/**
 * The last start of a machine's ZooKeeper, as systemd and the server's own log tell it. All machines share the clock of
 * this computer; times are microseconds since it booted.
 */
export interface ServerLife {
  readonly name: string;
  /** Changes with every start. */
  readonly invocation: string;
  /** How often the service was started on this machine. */
  readonly starts: number;
  /** When the process before it was told to stop; 0 when there was none. */
  readonly leftUs: number;
  readonly startedUs: number;
  /** When it first followed or led; infinite while it has not. */
  readonly servedUs: number;
}

const lifeScript = `
  # Started, in words that no translation changes
  starts=$(journalctl -u zookeeper -o cat MESSAGE_ID=39f53479d3a045ac8e11786248231fbf | wc -l)
  show() { systemctl show -P "$1" zookeeper; }
  invocation=$(show InvocationID)
  served=$(journalctl -o short-monotonic "_SYSTEMD_INVOCATION_ID=$invocation" |
    grep -m 1 'Peer state changed: .* - broadcast' | tr -d '[.' || :)
  echo "$invocation $starts $(show ActiveExitTimestampMonotonic) $(show ExecMainStartTimestampMonotonic) \${served%%]*}"`;

/** The last start of each machine's ZooKeeper, in the order of the machines' names. */
export async function serverLives(workspace: Workspace): Promise<readonly ServerLife[]> {
  const names = (await livingMachines(workspace)).map(nameOf);
  return Promise.all(names.map((name) => serverLife(workspace, name)));
}

/** The last start of ZooKeeper on the machine with this name. */
export async function serverLife(workspace: Workspace, name: string): Promise<ServerLife> {
  const answer = await insideMachine(workspace, name, lifeScript);
  const [invocation = '', starts, left, started, served] = answer.split(/\s+/);
  return {
    ...{ name, invocation },
    starts: Number(starts),
    leftUs: Number(left),
    startedUs: Number(started),
    servedUs: served === undefined ? Number.POSITIVE_INFINITY : Number(served),
  };
}

/** Which of these servers were started again since, in the order in which they went away. */
export function restartedSince(
  before: readonly ServerLife[],
  now: readonly ServerLife[],
): readonly ServerLife[] {
  const invocations = new Map(before.map(({ name, invocation }) => [name, invocation]));
  return now
    .filter(({ name, invocation }) => (invocations.get(name) ?? invocation) !== invocation)
    .toSorted((left, right) => left.leftUs - right.leftUs);
}

/** Pairs of servers that were away at the same time; the lives are in the order in which they went away. */
export function awayTogether(lives: readonly ServerLife[]): readonly string[] {
  return lives.flatMap(({ name, leftUs }, index) => {
    const before = lives[index - 1];
    return before === undefined || before.servedUs < leftUs ? [] : `${before.name} and ${name}`;
  });
}

/** What each server says that it is, such as `leader`, by the name of its machine. */
export async function serverModes(workspace: Workspace): Promise<ReadonlyMap<string, string>> {
  const machines = await livingMachines(workspace);
  const modes = machines.map(async (machine) => {
    const answer = await askServer(machine.address, port, 'srvr').catch(() => '');
    return [nameOf(machine), /^Mode: (\w+)$/m.exec(answer)?.[1] ?? 'none'] as const;
  });
  return new Map(await Promise.all(modes));
}

/** The name of the machine whose server leads. */
export async function leaderOf(workspace: Workspace): Promise<string> {
  const leaders = [...(await serverModes(workspace))].filter(([, mode]) => mode === 'leader');
  const [leader] = leaders;
  if (leader === undefined || leaders.length > 1) throw new Error(`${leaders.length} lead`);
  return leader[0];
}

/** What each server answers to a four-letter word, in the order of the machines' names. */
export async function allServers(workspace: Workspace, word: string): Promise<readonly string[]> {
  const machines = await livingMachines(workspace);
  return Promise.all(machines.map(({ address }) => askServer(address, port, word)));
}

/** Which of these znodes do not have their value at a server that has caught up. */
export async function lostAt(
  address: string,
  written: ReadonlyMap<string, string>,
): Promise<readonly string[]> {
  const session = await connectTo(`${address}:${port}`);
  try {
    await session.catchUp();
    const found = await Promise.all(
      [...written].map(async ([path, value]) => {
        const read = await session.read(path).catch(String);
        return read === value ? [] : `${path}: ${read}`;
      }),
    );
    return found.flat();
  } finally {
    session.close();
  }
}
