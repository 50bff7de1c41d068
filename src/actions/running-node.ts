import { DeployerError } from '../errors.ts';
import type { Machine } from '../providers/provider.ts';
import type { Node } from './nodes.ts';
import type { Cluster } from './open-cluster.ts';

/** The machine of a node that runs. @throws {DeployerError} `not-running` when it has none */
export function runningMachine({ commandFor }: Cluster, { name, machine }: Node): Machine {
  if (machine?.state === 'running') return machine;
  throw new DeployerError(
    'not-running',
    `the machine of ${name} is ${machine?.state ?? 'absent'}`,
    {
      hint: `See how the cluster is: ${commandFor('status')}`,
    },
  );
}
