import { formatElapsed } from '../../views/format-elapsed.ts';
import { clusterCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { type ClusterFlags, clusterRequest } from '../options.ts';
import { printProofs } from '../print.ts';

/** Adds `prove`. */
export function addProve({ program, actions, run }: CommandHost): void {
  const about = 'let the service show that it works: who leads, a write at one node read at others';
  clusterCommand(program, 'prove', about).action((recipe: string, flags: ClusterFlags) =>
    run(flags, {
      operation: 'prove',
      telling: 'rows',
      act: (context) => actions.prove(clusterRequest(recipe, flags), context),
      print: ({ cluster, ok, ms, proofs }) => [
        ...printProofs(proofs),
        `${cluster} ${ok ? 'proven' : 'not proven'} in ${formatElapsed(ms)}`,
      ],
    }),
  );
}
