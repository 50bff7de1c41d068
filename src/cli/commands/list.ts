import { formatTable } from '../../views/format-table.ts';
import type { CommandHost } from '../command-host.ts';
import {
  addJsonOption,
  addOutputOptions,
  addWorkspaceOptions,
  type WorkspaceFlags,
  workspaceRequest,
} from '../options.ts';

/** Adds `list`. */
export function addList({ program, actions, run }: CommandHost): void {
  const command = program.command('list').description('list recipes, profiles and clusters');
  addOutputOptions(addJsonOption(addWorkspaceOptions(command))).action((flags: WorkspaceFlags) =>
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
