import { formatElapsed } from '../../views/format-elapsed.ts';
import type { CommandHost } from '../command-host.ts';
import {
  addClusterOptions,
  addJsonOption,
  addOutputOptions,
  type ClusterFlags,
  clusterRequest,
} from '../options.ts';
import { printProofs } from '../print.ts';

/** Adds `prove`. */
export function addProve({ program, actions, run }: CommandHost): void {
  const command = program
    .command('prove')
    .description(
      'let the service show that it works: who leads, a write at one node read at others',
    );
  addOutputOptions(addJsonOption(addClusterOptions(command))).action(
    (recipe: string, flags: ClusterFlags) =>
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
