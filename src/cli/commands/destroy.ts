import { UsageError } from '../../errors.ts';
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
  readonly yes?: true;
  readonly forceUnprotect?: true;
}

/** Adds `destroy`. */
export function addDestroy({ program, actions, run, confirms }: CommandHost): void {
  const about = 'remove the cluster and prove that nothing of it is left';
  addWaitOption(clusterCommand(program, 'destroy', about))
    .option('--yes', 'do not ask, also where the profile is protected')
    .option('--purge-data', 'remove what services keep on machines of your own, too')
    .option('--force-unprotect', 'end also machines that the cloud protects')
    .action((recipe: string, flags: DestroyFlags) =>
      run(flags, {
        operation: 'destroy',
        telling: 'rows',
        act: (context) => {
          const remove = (confirmed: boolean) =>
            actions.destroy(
              {
                ...{ ...clusterRequest(recipe, flags), ...waitRequest(flags), confirmed },
                forceUnprotect: flags.forceUnprotect === true,
                purgeData: flags.purgeData === true,
              },
              context,
            );
          return remove(flags.yes === true).catch(async (error: unknown) => {
            if (!(error instanceof UsageError) || error.code !== 'needs-confirmation') throw error;
            if (await confirms(`${error.message}: it is removed with all its data.`, recipe)) {
              return remove(true);
            }
            throw error;
          });
        },
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
