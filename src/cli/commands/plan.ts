import { exitCodes } from '../../errors.ts';
import { formatPlan } from '../../views/format-plan.ts';
import { clusterCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { commandToApply } from '../next-commands.ts';
import { addChangeOptions, type ChangeFlags, changeRequest } from '../options.ts';

interface PlanFlags extends ChangeFlags {
  readonly out?: string;
  readonly exitCode?: true;
}

/** Adds `plan`. */
export function addPlan({ program, actions, env, run }: CommandHost): void {
  const about = 'show what create would change, and change nothing';
  addChangeOptions(clusterCommand(program, 'plan', about))
    .option('--out <file>', 'also write the plan there, for create --plan')
    .option('--exit-code', 'end with exit code 3 when anything would change')
    .action((recipe: string, flags: PlanFlags) => {
      const request = { ...changeRequest(recipe, flags), out: flags.out };
      return run(flags, {
        operation: 'plan',
        telling: 'notices',
        act: (context) => actions.plan(request, context),
        print: (result, color) =>
          formatPlan({ ...result, apply: commandToApply(request, env) }, color),
        exitCode: ({ changes, machines, order }) => {
          const isPending = changes > 0 || machines.length > 0 || order.length > 0;
          return flags.exitCode === true && isPending ? exitCodes.drift : undefined;
        },
      });
    });
}
