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
  /** `lost`: the machine of a node that holds data is gone for good, which only the user can decide about. */
  readonly action: 'keep' | 'start' | 'launch' | 'lost';
  /** The machine kept or started, or the one that is lost; null for a first launch. */
  readonly machineId: string | null;
  /** Which machine of its node the kept, started or launched one is. */
  readonly incarnation: number;
  readonly reason: string;
}

/**
 * Compares the nodes wished for with the machines that exist.
 * @param formed whether some service of the cluster has been formed, so that a lost machine may mean lost data
 */
export function planMachines(
  nodes: readonly RememberedNode[],
  machines: readonly DescribedMachine[],
  formed: boolean,
): readonly MachineChange[] {
  return nodes.map((node) => {
    const machine = newestMachine(machines, node.ordinal);
    if (machine === undefined) return absent(node, formed);
    const { id: machineId, incarnation, ordinal } = machine;
    if (isAlive(machine)) {
      return { ordinal, action: 'keep', machineId, incarnation, reason: machine.state };
    }
    if (isStopped(machine)) {
      return { ordinal, action: 'start', machineId, incarnation, reason: machine.state };
    }
    const reason = machine.stateReason ?? machine.state;
    return formed
      ? { ordinal, action: 'lost', machineId, incarnation, reason }
      : { ordinal, action: 'launch', machineId: null, incarnation: incarnation + 1, reason };
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

function absent(node: RememberedNode, formed: boolean): MachineChange {
  const { ordinal, incarnation, instanceId: machineId } = node;
  if (machineId === null) {
    return { ordinal, action: 'launch', machineId, incarnation, reason: 'new' };
  }
  const reason = 'the cloud no longer knows it';
  return formed
    ? { ordinal, action: 'lost', machineId, incarnation, reason }
    : { ordinal, action: 'launch', machineId: null, incarnation: incarnation + 1, reason };
}

function isAlive(machine: DescribedMachine): boolean {
  return machine.state === 'running' || machine.state === 'pending';
}

function isStopped(machine: DescribedMachine): boolean {
  return machine.state === 'stopped' || machine.state === 'stopping';
}
