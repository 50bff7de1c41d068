import { exitCodes } from '../../errors.ts';
import { formatDrift } from '../../views/format-drift.ts';
import { clusterCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { commandsForDrift } from '../next-commands.ts';
import { type ClusterFlags, clusterRequest } from '../options.ts';

/** Adds `drift`. */
export function addDrift({ program, actions, env, run }: CommandHost): void {
  const about = 'show what is no longer as it was applied; exit code 3 when anything is';
  clusterCommand(program, 'drift', about).action((recipe: string, flags: ClusterFlags) => {
    const request = clusterRequest(recipe, flags);
    return run(flags, {
      operation: 'drift',
      telling: 'notices',
      act: (context) => actions.drift(request, context),
      print: (result, color) =>
        formatDrift({ ...result, next: commandsForDrift(request, env) }, color),
      exitCode: ({ drifted }) => (drifted ? exitCodes.drift : undefined),
    });
  });
}
