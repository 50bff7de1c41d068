import { Argument } from 'commander';
import { misdeedRows } from '../../actions/misdeed-help.ts';
import { UsageError } from '../../errors.ts';
import { formatTable } from '../../views/format-table.ts';
import { workspaceCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { commaList, portFrom, type WorkspaceFlags, workspaceRequest } from '../options.ts';
import { printRemoved } from '../print.ts';

interface CloudFlags extends WorkspaceFlags {
  readonly all?: true;
  readonly port?: number;
  readonly personality?: string;
  readonly misbehave?: readonly string[];
}

type What = 'look' | 'down' | 'serve' | 'env' | 'misbehave';

type Act = (host: CommandHost, flags: CloudFlags, specs: readonly string[]) => Promise<void>;

/** Every thing that `cloud` can be told to do. */
const acts: Readonly<Record<What, Act>> = { look, down: takeDown, serve, env: printEnv, misbehave };

const summary = `
What to do:
  look                   machines, images, network and disk (the default)
  serve                  answer AWS's own programs and other EC2 clients here, until Ctrl-C
  env                    how they are told: eval "$(deployer cloud env)"
  misbehave [SPEC...]    what the cloud does wrong; with SPECs, what it is to do wrong from now on
  down                   remove every trace of it
`;

/** Adds `cloud`, which is about the cloud on this computer. */
export function addCloud(host: CommandHost): void {
  const about = 'the cloud on this computer: look at it, serve it, let it misbehave, remove it';
  workspaceCommand(host.program, 'cloud', about)
    .addArgument(new Argument('[what]', 'what to do').choices(Object.keys(acts)).default('look'))
    .argument('[specs...]', 'misbehave: what to do wrong, also with commas, or none')
    .option('--all', 'down: also the machines of other state folders')
    .option('--port <port>', 'serve: the port here (default: 4580; 0: a free one)', portFrom(0))
    .option('--personality <cloud>', 'serve: behave like aws, eucalyptus or openstack')
    .option('--misbehave <specs>', 'serve: what to do wrong, like throttle,late:3s', commaList)
    .addHelpText('after', () => `${summary}\nWhat it can do wrong:\n${misdeedLines()}`)
    .action((what: What, specs: readonly string[], flags: CloudFlags) => {
      refuseForeign(what, specs, flags);
      return acts[what](host, flags, specs);
    });
}

function misdeedLines(): string {
  const lines = formatTable([], misdeedRows());
  return lines.map((line) => `  ${line}\n`).join('');
}

/** An option of another thing to do is a mistake that would be noticed too late. */
function refuseForeign(what: What, specs: readonly string[], flags: CloudFlags): void {
  const owners = { all: 'down', port: 'serve', personality: 'serve', misbehave: 'serve' } as const;
  for (const [name, owner] of Object.entries(owners)) {
    if (Object.hasOwn(flags, name) && what !== owner) {
      throw new UsageError(
        `${name}-without-${owner}`,
        `--${name} belongs to deployer cloud ${owner}`,
      );
    }
  }
  if (specs.length > 0 && what !== 'misbehave') {
    throw new UsageError(
      'excess-arguments',
      `deployer cloud ${what} takes nothing more: ${specs.join(' ')}`,
    );
  }
}

function serve({ actions, run }: CommandHost, flags: CloudFlags): Promise<void> {
  if (flags.json === true) {
    throw new UsageError('json-cannot-follow', '--json prints one object and serving never ends', {
      hint: 'deployer cloud env --json, in another terminal, gives the endpoint as JSON',
    });
  }
  const { port, personality, misbehave: specs } = flags;
  return run(flags, {
    operation: 'cloud serve',
    telling: 'notices',
    endsWhenStopped: true,
    act: (context) =>
      actions.cloudServe(
        { ...workspaceRequest(flags), port, personality, misbehave: specs },
        context,
      ),
    print: () => [],
  });
}

function printEnv({ actions, run }: CommandHost, flags: CloudFlags): Promise<void> {
  return run(flags, {
    operation: 'cloud env',
    telling: 'notices',
    act: (context) => actions.cloudEnv(workspaceRequest(flags), context),
    print: ({ variables }) =>
      Object.entries(variables).map(([name, value]) => `export ${name}=${value}`),
  });
}

function misbehave(
  { actions, run }: CommandHost,
  flags: CloudFlags,
  words: readonly string[],
): Promise<void> {
  const specs = words.flatMap(commaList);
  return run(flags, {
    operation: 'cloud misbehave',
    telling: 'notices',
    act: (context) => actions.cloudMisbehave({ ...workspaceRequest(flags), specs }, context),
    print: ({ personality, misdeeds, interrupted }) => [
      `behaves like ${personality}`,
      ...(misdeeds.length === 0 ? ['does nothing wrong'] : []),
      ...misdeeds.map(({ spec, left }) =>
        left === undefined ? `does wrong: ${spec}` : `does wrong: ${spec} (${left} left)`,
      ),
      ...interrupted.map((id) => `interrupted: ${id}`),
    ],
  });
}

function look({ actions, run }: CommandHost, flags: CloudFlags): Promise<void> {
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
