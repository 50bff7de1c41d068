import { formatTable } from '../../views/format-table.ts';
import { addResultOptions } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { commandsForRecipe } from '../next-commands.ts';
import { addConfigOption, type OutputFlags } from '../options.ts';

interface NewFlags extends OutputFlags {
  readonly config?: string;
}

/** Adds `new`. */
export function addNew({ program, actions, env, run }: CommandHost): void {
  const command = program
    .command('new')
    .description('begin a recipe: one that runs as it is, to be changed')
    .argument('<recipe>', 'its name, like my-service');
  addResultOptions(addConfigOption(command)).action((recipe: string, flags: NewFlags) => {
    const request = { recipe, config: flags.config };
    return run(flags, {
      operation: 'new',
      telling: 'notices',
      act: (context) => actions.newRecipe(request, context),
      print: ({ files }) =>
        formatTable(
          [],
          [
            ...files.map((file) => ['wrote', file]),
            ...Object.entries(commandsForRecipe(request, env)),
          ],
        ),
    });
  });
}
