import {
  type DescribedMachine,
  isEnding,
  newestMachine,
  planMachines,
  type RememberedNode,
} from './machines.ts';
import { nodeName } from './model.ts';

/** How the machine of one node is not as it was left. */
export interface MachineDrift {
  readonly ordinal: number;
  /** The node's name. */
  readonly name: string;
  readonly detail: string;
}

/** A machine as the cloud describes it, and whether it bears its own name there. */
type NamedMachine = DescribedMachine & { readonly isLabelled: boolean };

const nothing: ReadonlySet<never> = new Set();

/**
 * Compares the machines that exist with what is remembered: those that do not run, are gone or have lost their names,
 * and those that are there although nobody remembers them.
 */
export function machineDrift(
  clusterName: string,
  nodes: readonly RememberedNode[],
  machines: readonly NamedMachine[],
): readonly MachineDrift[] {
  const own = planMachines(nodes, machines, { asked: nothing, silent: nothing });
  const remembered = own.flatMap(({ ordinal, action, machineId, reason }) => {
    const name = nodeName(clusterName, ordinal);
    if (action === 'launch') return [{ ordinal, name, detail: 'it has no machine yet' }];
    const detail = action === 'keep' ? unnamed(newestMachine(machines, ordinal)) : reason;
    return detail === null ? [] : [{ ordinal, name, detail: withId(machineId, detail) }];
  });
  const ids = new Set(own.map(({ machineId }) => machineId));
  const others = machines
    .filter((machine) => !ids.has(machine.id) && !isEnding(machine))
    .map(({ id, ordinal, state }) => {
      const name = nodeName(clusterName, ordinal);
      return { ordinal, name, detail: `${id} is ${state}, and nobody remembers it` };
    });
  return [...remembered, ...others];
}

function unnamed(machine: NamedMachine | undefined): string | null {
  return machine?.isLabelled === false ? 'it has lost its name in the cloud' : null;
}

function withId(machineId: string | null, detail: string): string {
  return machineId === null ? detail : `${machineId}: ${detail}`;
}
