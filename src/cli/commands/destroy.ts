import { formatElapsed } from '../../views/format-elapsed.ts';
import type { CommandHost } from '../command-host.ts';
import {
  addClusterOptions,
  addJsonOption,
  addOutputOptions,
  type ClusterFlags,
  clusterRequest,
} from '../options.ts';
import { printRemoved } from '../print.ts';

/** Adds `destroy`. */
export function addDestroy({ program, actions, run }: CommandHost): void {
  const command = program
    .command('destroy')
    .description('remove the cluster and prove that nothing of it is left');
  addOutputOptions(addJsonOption(addClusterOptions(command))).action(
    (recipe: string, flags: ClusterFlags) =>
      run(flags, {
        operation: 'destroy',
        telling: 'rows',
        act: (context) => actions.destroy(clusterRequest(recipe, flags), context),
        print: ({ cluster, ms, removed, kept }) => [
          ...printRemoved(removed),
          ...(removed.length === 0 ? [] : kept.map((each) => `kept for the next time: ${each}`)),
          removed.length === 0
            ? `there was nothing of ${cluster} to remove`
            : `nothing of ${cluster} is left (${formatElapsed(ms)})`,
        ],
      }),
  );
}
