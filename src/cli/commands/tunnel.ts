import { Option } from 'commander';
import { UsageError } from '../../errors.ts';
import type { CommandHost } from '../command-host.ts';
import {
  addClusterOptions,
  addOutputOptions,
  type ClusterFlags,
  clusterRequest,
  portFrom,
} from '../options.ts';

interface TunnelFlags extends ClusterFlags {
  readonly local?: number;
}

/** Adds `tunnel`. */
export function addTunnel({ program, actions, run }: CommandHost): void {
  const command = program
    .command('tunnel')
    .description('bring a port of a node to this computer, until Ctrl-C')
    .usage('RECIPE NODE PORT [options]');
  addOutputOptions(addClusterOptions(command))
    .argument('<node>', 'the node: 1, 2 … or its name')
    .argument('<port>', "the port at the node's own 127.0.0.1", portFrom(1))
    .option('--local <port>', 'the port here (default: the same; 0: a free one)', portFrom(0))
    // Known in order to be refused with a reason.
    .addOption(new Option('--json').hideHelp())
    .action((recipe: string, node: string, port: number, flags: TunnelFlags) => {
      if (flags.json === true) {
        throw new UsageError(
          'json-cannot-follow',
          '--json prints one object and a tunnel never ends',
          { hint: 'leave it out; --events gives every line as JSON on stderr' },
        );
      }
      const request = { ...clusterRequest(recipe, flags), node, port, local: flags.local };
      return run(flags, {
        operation: 'tunnel',
        telling: 'notices',
        endsWhenStopped: true,
        act: (context) => actions.tunnel(request, context),
        print: () => [],
      });
    });
}
