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
import { printProofs } from '../print.ts';

interface ProveFlags extends ClusterFlags, WaitFlags {
  readonly disruptive?: true;
}

/** Adds `prove`. */
export function addProve({ program, actions, run }: CommandHost): void {
  const about = 'let the service show that it works: who leads, a write at one node read at others';
  const command = clusterCommand(program, 'prove', about).option(
    '--disruptive',
    'show, too, that it survives the stop of a node: one is stopped for a moment',
  );
  addWaitOption(command).action((recipe: string, flags: ProveFlags) =>
    run(flags, {
      operation: 'prove',
      telling: 'rows',
      act: (context) => {
        const request = { ...clusterRequest(recipe, flags), ...waitRequest(flags) };
        return actions.prove({ ...request, disruptive: flags.disruptive === true }, context);
      },
      print: ({ cluster, ok, ms, proofs }) => [
        ...printProofs(proofs),
        `${cluster} ${ok ? 'proven' : 'not proven'} in ${formatElapsed(ms)}`,
      ],
    }),
  );
}
