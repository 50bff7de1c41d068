import { UsageError } from '../../errors.ts';
import { clusterCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { type ClusterFlags, clusterRequest, wholeNumber } from '../options.ts';

interface LogsFlags extends ClusterFlags {
  readonly follow?: true;
  readonly lines: number;
}

const defaultLines = 50;

/** Adds `logs`; the lines are told while they come. */
export function addLogs({ program, actions, run }: CommandHost): void {
  const about = 'show what the services of the cluster have logged';
  clusterCommand(program, 'logs', about)
    .option('-f, --follow', 'go on with what they log from now on, until Ctrl-C')
    .option('-n, --lines <number>', 'how many lines of each node', wholeNumber, defaultLines)
    .argument('[node]', 'only this node: 1, 2 … or its name, or role=ROLE')
    .action((recipe: string, node: string | undefined, flags: LogsFlags) => {
      const { follow = false, lines } = flags;
      if (follow && flags.json === true) {
        throw new UsageError('json-cannot-follow', '--json prints one object and -f never ends', {
          hint: 'leave out one of them; --events gives every line as JSON on stderr',
        });
      }
      return run(flags, {
        operation: 'logs',
        telling: 'node-output',
        endsWhenStopped: follow,
        act: (context) =>
          actions.logs({ ...clusterRequest(recipe, flags), node, follow, lines }, context),
        print: () => [],
      });
    });
}
