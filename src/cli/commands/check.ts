import { workspaceCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { type WorkspaceFlags, workspaceRequest } from '../options.ts';

/** Adds `check`. */
export function addCheck({ program, actions, run }: CommandHost): void {
  const about = 'check a recipe and its templates; touches nothing outside';
  workspaceCommand(program, 'check', about)
    .argument('<recipe>', 'the recipe, like zookeeper')
    .action((recipe: string, flags: WorkspaceFlags) =>
      run(flags, {
        operation: 'check',
        telling: 'notices',
        act: (context) => actions.check({ ...workspaceRequest(flags), recipe }, context),
        print: ({ file, uses, phases, proofs }) => [
          `${file} is sound: ${counted(phases, 'phase')}, ${counted(proofs, 'proof')}${using(uses)}`,
        ],
      }),
    );
}

function using(recipes: readonly string[]): string {
  return recipes.length === 0 ? '' : `, together with ${recipes.join(', ')}`;
}

function counted(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}
