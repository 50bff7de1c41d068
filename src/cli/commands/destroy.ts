import { formatElapsed } from '../../views/format-elapsed.ts';
import { clusterCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import {
  addWaitOption,
  type ClusterFlags,
  clusterRequest,
  type WaitFlags,
  waitRequest,
} from '../options.ts';
import { printRemoved } from '../print.ts';

interface DestroyFlags extends ClusterFlags, WaitFlags {
  readonly purgeData?: true;
}

/** Adds `destroy`. */
export function addDestroy({ program, actions, run }: CommandHost): void {
  const about = 'remove the cluster and prove that nothing of it is left';
  const command = addWaitOption(clusterCommand(program, 'destroy', about)).option(
    '--purge-data',
    'remove what services keep on machines of your own, too',
  );
  command.action((recipe: string, flags: DestroyFlags) =>
    run(flags, {
      operation: 'destroy',
      telling: 'rows',
      act: (context) =>
        actions.destroy(
          {
            ...clusterRequest(recipe, flags),
            ...waitRequest(flags),
            purgeData: flags.purgeData ?? false,
          },
          context,
        ),
      print: ({ cluster, ms, removed, kept }) => [
        ...(removed.length === 0 ? [] : printRemoved(removed)),
        ...(removed.length === 0 ? [] : kept.map((each) => `kept for the next time: ${each}`)),
        removed.length === 0
          ? `there was nothing of ${cluster} to remove`
          : `nothing of ${cluster} is left (${formatElapsed(ms)})`,
      ],
    }),
  );
}
