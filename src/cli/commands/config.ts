import { formatTable } from '../../views/format-table.ts';
import { workspaceCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { addProfileOption, type WorkspaceFlags, workspaceRequest } from '../options.ts';

interface ConfigFlags extends WorkspaceFlags {
  readonly profile?: string;
}

/** Adds `config`. */
export function addConfig({ program, actions, run }: CommandHost): void {
  const about = 'show the settings in force and where each comes from';
  addProfileOption(workspaceCommand(program, 'config', about))
    .argument('[recipe]', 'show also what this recipe would get')
    .action((recipe: string | undefined, flags: ConfigFlags) =>
      run(flags, {
        operation: 'config',
        telling: 'notices',
        act: (context) =>
          actions.config({ ...workspaceRequest(flags), profile: flags.profile, recipe }, context),
        print: ({ file, settings }) => [
          file,
          ...formatTable(
            ['SETTING', 'VALUE', 'FROM'],
            settings.map(({ key, value, origin }) => [key, value, origin]),
          ),
        ],
      }),
    );
}
