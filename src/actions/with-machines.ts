import type { MachineChange } from '../plan/machines.ts';
import type { Machine } from '../providers/provider.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';

/** The snapshot in which these nodes wait for the machines of their new incarnations. */
export function withIncarnations(
  snapshot: ClusterSnapshot,
  launched: readonly MachineChange[],
): ClusterSnapshot {
  const nodes = snapshot.nodes.map((node) => {
    const change = launched.find(({ ordinal }) => ordinal === node.ordinal);
    return change === undefined
      ? node
      : { ...node, incarnation: change.incarnation, instanceId: null };
  });
  return { ...snapshot, nodes };
}

/** The snapshot with the machines that fill its nodes now. */
export function withMachines(
  snapshot: ClusterSnapshot,
  machines: readonly Machine[],
): ClusterSnapshot {
  const nodes = snapshot.nodes.map((node) => {
    const machine = machines.find(({ ordinal }) => ordinal === node.ordinal);
    return machine === undefined
      ? node
      : { ...node, incarnation: machine.incarnation, instanceId: machine.id };
  });
  return { ...snapshot, nodes };
}
