import { Argument } from 'commander';
import { UsageError } from '../../errors.ts';
import { formatTable } from '../../views/format-table.ts';
import { workspaceCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { type WorkspaceFlags, workspaceRequest } from '../options.ts';
import { printRemoved } from '../print.ts';

interface CloudFlags extends WorkspaceFlags {
  readonly all?: true;
}

/** Adds `cloud look` and `cloud down`, which are about the cloud on this computer. */
export function addCloud(host: CommandHost): void {
  const about = 'look at the cloud on this computer, or remove every trace of it';
  workspaceCommand(host.program, 'cloud', about)
    .addArgument(new Argument('[what]', 'what to do').choices(['look', 'down']).default('look'))
    .option('--all', 'down: also the machines of other state folders')
    .action((what: 'look' | 'down', flags: CloudFlags) =>
      what === 'down' ? takeDown(host, flags) : look(host, flags),
    );
}

function look({ actions, run }: CommandHost, flags: CloudFlags): Promise<void> {
  if (flags.all === true) {
    throw new UsageError('all-without-down', '--all belongs to deployer cloud down');
  }
  return run(flags, {
    operation: 'cloud look',
    telling: 'notices',
    act: (context) => actions.cloudLook(workspaceRequest(flags), context),
    print: ({ directory, diskBytes, network, machines, images }) => [
      `${directory}, ${gibibytes(diskBytes)}`,
      network === undefined
        ? 'no network'
        : `network ${network.subnet} on ${network.bridge}, ${network.isUp ? 'up' : 'down'}`,
      ...formatTable(
        ['MACHINE', 'NAME', 'STATE', 'ADDRESS', 'ACCOUNT'],
        machines.map(({ id, name, state, address, account }) => [
          id,
          name ?? '',
          state,
          address,
          account,
        ]),
      ),
      ...formatTable(
        ['IMAGE', 'NAME', 'SIZE'],
        images.map(({ id, name, bytes }) => [id, name, gibibytes(bytes)]),
      ),
    ],
  });
}

function takeDown({ actions, run }: CommandHost, flags: CloudFlags): Promise<void> {
  return run(flags, {
    operation: 'cloud down',
    telling: 'notices',
    act: (context) =>
      actions.cloudDown({ ...workspaceRequest(flags), all: flags.all === true }, context),
    print: ({ removed }) => printRemoved(removed),
  });
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
