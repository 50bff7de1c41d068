import { formatReady } from '../../views/format-ready.ts';
import { clusterCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { commandsForCluster } from '../next-commands.ts';
import {
  addChangeOptions,
  addWaitOption,
  type ChangeFlags,
  changeRequest,
  type WaitFlags,
  waitRequest,
} from '../options.ts';

interface CreateFlags extends ChangeFlags, WaitFlags {
  readonly setup: boolean;
  readonly force?: true;
  readonly forceUnprotect?: true;
  readonly plan?: string;
}

/** Adds `create`, which is also what a recipe alone means. */
export function addCreate({ program, actions, env, run }: CommandHost): void {
  const about = 'make the cluster so, and prove that it works';
  addWaitOption(addChangeOptions(clusterCommand(program, 'create', about)))
    .option('--plan <file>', 'apply this plan, made with plan --out, or nothing at all')
    .option('--force', 'restart nodes although too few of the others serve')
    .option('--force-unprotect', 'replace also machines that the cloud protects from being ended')
    .option('--no-setup', 'install nothing on this computer that the local cloud needs')
    .action((recipe: string, flags: CreateFlags) => {
      const { setup, force = false, forceUnprotect = false, plan } = flags;
      const wish = changeRequest(recipe, flags);
      const request = { ...wish, ...waitRequest(flags), setup, force, forceUnprotect, plan };
      return run(flags, {
        operation: 'create',
        telling: 'rows',
        act: (context) => actions.create(request, context),
        print: (result) => formatReady({ ...result, next: commandsForCluster(request, env) }),
      });
    });
}
