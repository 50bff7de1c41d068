import { formatTable } from '../../views/format-table.ts';
import { workspaceCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { type WorkspaceFlags, workspaceRequest } from '../options.ts';

/** Adds `list`. */
export function addList({ program, actions, run }: CommandHost): void {
  const about = 'list recipes, profiles and clusters';
  workspaceCommand(program, 'list', about).action((flags: WorkspaceFlags) =>
    run(flags, {
      operation: 'list',
      telling: 'notices',
      act: (context) => actions.list(workspaceRequest(flags), context),
      print: ({ recipes, profiles, clusters }) => [
        ...formatTable(
          ['RECIPE', ''],
          recipes.map(({ name, about }) => [name, about]),
        ),
        '',
        ...formatTable(
          ['PROFILE', ''],
          profiles.map(({ name, about }) => [name, about]),
        ),
        '',
        ...formatTable(
          ['CLUSTER', 'RECIPE', 'PROFILE', 'NODES'],
          clusters.map(({ name, recipe, profile, nodes }) => [name, recipe, profile, `${nodes}`]),
        ),
      ],
    }),
  );
}
