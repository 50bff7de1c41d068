import { Command } from 'commander';
import type { CommandHost } from './command-host.ts';
import { addCheck } from './commands/check.ts';
import { addCloud } from './commands/cloud.ts';
import { addConfig } from './commands/config.ts';
import { addCreate } from './commands/create.ts';
import { addDestroy } from './commands/destroy.ts';
import { addDoctor } from './commands/doctor.ts';
import { addDrift } from './commands/drift.ts';
import { addExecute } from './commands/execute.ts';
import { addGc } from './commands/gc.ts';
import { addList } from './commands/list.ts';
import { addLogs } from './commands/logs.ts';
import { addNew } from './commands/new.ts';
import { addPlan } from './commands/plan.ts';
import { addProve } from './commands/prove.ts';
import { addRender } from './commands/render.ts';
import { addSsh } from './commands/ssh.ts';
import { addSshConfig } from './commands/ssh-config.ts';
import { addStatus } from './commands/status.ts';
import { addTunnel } from './commands/tunnel.ts';
import type { Grammar } from './normalize-arguments.ts';
import type { Session } from './session.ts';

/** Verbs that take a cluster, in the order of the help. */
const clusterCommands = [
  addCreate,
  addPlan,
  addDrift,
  addStatus,
  addProve,
  addExecute,
  addSsh,
  addSshConfig,
  addLogs,
  addTunnel,
  addDestroy,
  addRender,
];

const otherCommands = [addList, addNew, addCheck, addConfig, addDoctor, addCloud, addGc];

const helpAfter = `
Examples:
  deployer zookeeper                     a proven ZooKeeper cluster on this computer
  deployer plan zookeeper -n 5           what that would change (the same: deployer zookeeper -n 5 --op plan)
  deployer zookeeper --op status         how it is (the same: deployer status zookeeper)
  deployer zookeeper -o execute -r 'uptime'
  deployer ssh zookeeper 1               log in to its first node
  deployer ssh-config zookeeper          what plain ssh, scp and rsync need to do so
  deployer zookeeper --op destroy        remove it without a trace
  deployer list                          recipes, profiles and clusters
  deployer new my-service                begin a recipe of your own

Environment:
  DEPLOYER_STATE         where clusters are remembered, like --state
  DEPLOYER_CLOUD         the folder of the cloud on this computer (default: /var/lib/deployer-cloud as root)
  DEPLOYER_CLOUD_IMAGES  where its base images are (default: images in that folder)
  DEPLOYER_CACHE         where downloads are kept (default: ~/.cache/deployer)
  NO_COLOR               no colours

Exit codes:
  0    done
  1    a node, the cloud or a proof failed, or the cluster does not work
  2    the command line, a file or the configuration is wrong; nothing was touched
  3    drift was found, or plan --exit-code found something to change
  4    another run holds the cluster
  70   deployer itself failed; a report was written
  130  interrupted
`;

/** The command line as commander parses it. It writes help to stdout, ends no process, and throws instead. */
export function buildProgram(
  session: Pick<Session, 'actions' | 'env' | 'version' | 'stdout' | 'stderr'>,
  { run, confirms, exitWith }: Pick<CommandHost, 'run' | 'confirms' | 'exitWith'>,
): Command {
  const { actions, env, stdout, stderr, version } = session;
  const program = new Command('deployer')
    .description('A running, proven cluster of a distributed system.')
    .usage('RECIPE [--op OPERATION] [options]\n       deployer OPERATION RECIPE [options]')
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      // Errors are thrown, and told with all others.
      outputError: () => undefined,
    })
    .addHelpText('after', helpAfter);
  for (const add of [...clusterCommands, ...otherCommands]) {
    add({ program, actions, env, run, confirms, exitWith });
  }
  return program;
}

/** What {@link normalizeArguments} has to know, read from the program itself. */
export function grammarOf(program: Command): Grammar {
  const names = program.commands.map((command) => command.name());
  const options = new Map<string, 'alone' | 'optional' | 'required'>([
    ['-h', 'alone'],
    ['--help', 'alone'],
  ]);
  for (const { short, long, required, optional } of [program, ...program.commands].flatMap(
    (command) => command.options,
  )) {
    for (const spelling of [short, long]) {
      const kind = required ? 'required' : optional ? 'optional' : 'alone';
      if (spelling !== undefined) options.set(spelling, kind);
    }
  }
  return {
    clusterVerbs: names.slice(0, clusterCommands.length),
    otherVerbs: [...names.slice(clusterCommands.length), 'help'],
    options,
  };
}
