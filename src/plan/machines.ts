/** What the program remembers of a node's machine; `instanceId` is null until the cloud has named one. */
export interface RememberedNode {
  readonly ordinal: number;
  readonly incarnation: number;
  readonly instanceId: string | null;
}

/** What the cloud says of one machine, as far as planning needs it. */
export interface DescribedMachine {
  readonly id: string;
  readonly ordinal: number;
  readonly incarnation: number;
  readonly state: string;
  readonly stateReason?: string;
}

/** What has to happen to the machine of one node, and why. */
export interface MachineChange {
  readonly ordinal: number;
  readonly action: 'keep' | 'start' | 'launch' | 'replace';
  /** The machine that is kept, started or replaced; null where the node has none. */
  readonly machineId: string | null;
  /** Which machine of its node will be there: a launched one counts on from those before. */
  readonly incarnation: number;
  readonly reason: string;
}

/** Machines that are replaced although the cloud says that they run. */
export interface Replacing {
  /** Ordinals of the nodes that the user wants on new machines. */
  readonly asked: ReadonlySet<number>;
  /** Ids of machines that never answered since they were launched. */
  readonly silent: ReadonlySet<string>;
}

/** Compares the nodes wished for with the machines that exist. */
export function planMachines(
  nodes: readonly RememberedNode[],
  machines: readonly DescribedMachine[],
  { asked, silent }: Replacing,
): readonly MachineChange[] {
  return nodes.map((node): MachineChange => {
    const { ordinal } = node;
    const machine = newestMachine(machines, ordinal);
    if (machine === undefined) return absent(node);
    const { id: machineId, incarnation } = machine;
    const replace = (reason: string): MachineChange => {
      const next = Math.max(node.incarnation, incarnation + 1);
      return { ordinal, action: 'replace', machineId, incarnation: next, reason };
    };
    // The new machine was decided on by a run that did not live to launch it.
    if (incarnation < node.incarnation) return replace('its replacement was begun');
    if (asked.has(ordinal)) return replace('asked for');
    if (silent.has(machineId)) return replace('never answered since its launch');
    if (isAlive(machine)) {
      return { ordinal, action: 'keep', machineId, incarnation, reason: machine.state };
    }
    if (isStopped(machine)) {
      return { ordinal, action: 'start', machineId, incarnation, reason: machine.state };
    }
    return replace(machine.stateReason ?? machine.state);
  });
}

/** The machine of the node's latest incarnation, whatever its state. */
export function newestMachine<M extends DescribedMachine>(
  machines: readonly M[],
  ordinal: number,
): M | undefined {
  return machines
    .filter((machine) => machine.ordinal === ordinal)
    .toSorted((left, right) => left.incarnation - right.incarnation)
    .at(-1);
}

function absent({ ordinal, incarnation, instanceId }: RememberedNode): MachineChange {
  if (instanceId === null) {
    return { ordinal, action: 'launch', machineId: null, incarnation, reason: 'new' };
  }
  const reason = 'the cloud no longer knows it';
  return { ordinal, action: 'replace', machineId: null, incarnation: incarnation + 1, reason };
}

/** Whether the machine runs or is about to. */
export function isAlive({ state }: Pick<DescribedMachine, 'state'>): boolean {
  return state === 'running' || state === 'pending';
}

/** Whether the machine's end has begun: its services get no more than the time to stop. */
export function isEnding({ state }: Pick<DescribedMachine, 'state'>): boolean {
  return state === 'terminated' || state === 'shutting-down';
}

function isStopped({ state }: DescribedMachine): boolean {
  return state === 'stopped' || state === 'stopping';
}
