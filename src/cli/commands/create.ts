import { formatReady } from '../../views/format-ready.ts';
import type { CommandHost } from '../command-host.ts';
import { nextCommands } from '../next-commands.ts';
import {
  addClusterOptions,
  addJsonOption,
  addOutputOptions,
  addWishOptions,
  type WishFlags,
  wishRequest,
} from '../options.ts';

/** Adds `create`, which is also what a recipe alone means. */
export function addCreate({ program, actions, calledAs, run }: CommandHost): void {
  const command = program
    .command('create')
    .description('make the cluster so, and prove that it works');
  addOutputOptions(addJsonOption(addWishOptions(addClusterOptions(command)))).action(
    (recipe: string, flags: WishFlags) => {
      const request = wishRequest(recipe, flags);
      return run(flags, {
        operation: 'create',
        telling: 'rows',
        act: (context) => actions.create(request, context),
        print: (result) => formatReady({ ...result, next: nextCommands(request, calledAs) }),
      });
    },
  );
}
