import { clusterCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { type ClusterFlags, clusterRequest, commaList } from '../options.ts';

interface ExecuteFlags extends ClusterFlags {
  readonly run: string;
  readonly limit?: readonly string[];
}

/** Adds `execute`; the output of the nodes is told while it comes. */
export function addExecute({ program, actions, run }: CommandHost): void {
  const about = 'run a command on all nodes at once; exit code 1 when it fails on one';
  clusterCommand(program, 'execute', about)
    .option('-r, --run <command>', 'the command, a line of shell', 'uptime')
    .option('--limit <nodes>', 'only on these nodes, like 1,3 or role=server', commaList)
    .action((recipe: string, flags: ExecuteFlags) => {
      const nodes = flags.limit ?? [];
      const request = { ...clusterRequest(recipe, flags), command: flags.run, nodes };
      return run(flags, {
        operation: 'execute',
        telling: 'node-output',
        act: (context) => actions.execute(request, context),
        print: ({ nodes: answers }) =>
          answers
            .filter(({ code, error }) => code !== 0 && error === null)
            .map(
              ({ node, code, signal }) => `${node}  ended with ${signal ?? `exit code ${code}`}`,
            ),
      });
    });
}
