import { execFile } from 'node:child_process';
import { readdir, readFile, realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { networkName, vethOf } from '../../../src/localcloud/names.ts';
import type { CloudRecord, Instance } from '../../../src/localcloud/record.ts';
import type { Workspace } from './workspace.ts';

const run = promisify(execFile);

/** What the cloud itself has on record, read from its file. */
export async function cloudRecord({ cloudFolder }: Workspace): Promise<CloudRecord> {
  return JSON.parse(await readFile(join(cloudFolder, 'record.json'), 'utf8'));
}

/** The machines that the cloud has not been told to terminate, in the order of their names. */
export async function livingMachines(workspace: Workspace): Promise<readonly Instance[]> {
  const { instances } = await cloudRecord(workspace);
  return instances
    .filter(({ want }) => want !== 'terminated')
    .sort((left, right) => nameOf(left).localeCompare(nameOf(right)));
}

/** The value of a machine's tag `Name`. */
export function nameOf({ tags }: Instance): string {
  return tags.find(({ key }) => key === 'Name')?.value ?? '';
}

/** The ids of the machines of a workspace that really run, whatever the cloud's record says. */
export async function runningMachines({ cloudFolder }: Workspace): Promise<readonly string[]> {
  const commands = await commandLines();
  return commands
    .flatMap((command) => {
      const folder = command.includes('/supervisor.sh run ')
        ? command.split(`${cloudFolder}/machines/`)[1]?.slice(0, 'i-'.length + 17)
        : undefined;
      return folder === undefined ? [] : [folder];
    })
    .filter((id, index, all) => all.indexOf(id) === index)
    .sort();
}

/**
 * All that can be found on this computer of a workspace's cloud besides its own directory: links, packet filters,
 * mounts, processes, control groups and claims; and what is left of machines in that directory.
 */
export async function tracesOf(workspace: Workspace): Promise<readonly string[]> {
  const directory = await realpath(workspace.cloudFolder);
  const name = networkName(directory);
  const { instances } = await cloudRecord(workspace);
  const words = [name, `${directory}/`, ...instances.flatMap(({ id }) => [id, vethOf(id)])];
  // Before the commands below run, which have these words in their own arguments.
  const processes = await commandLines();
  const places = await Promise.all([
    run('ip', ['-o', 'link']).then(({ stdout }) => stdout.split('\n')),
    run('nft', ['list', 'tables']).then(({ stdout }) => stdout.split('\n')),
    run('find', ['/sys/fs/cgroup', '-type', 'd', '-name', `*${name}*`]).then(({ stdout }) =>
      stdout.split('\n'),
    ),
    readFile('/proc/self/mountinfo', 'utf8').then((text) => text.split('\n')),
    processes,
    filesIn('/run/deployer-cloud'),
    filesIn('/run/systemd/nspawn/propagate'),
    filesIn(join(directory, 'machines')),
    filesIn(join(directory, 'trash')),
    filesIn(join(directory, 'seeds')),
  ]);
  return places.flat().filter((line) => words.some((word) => line.includes(word)));
}

/** Ends the machine with this name for good, as somebody else with the same account would; gives its id. */
export async function terminateMachine(workspace: Workspace, name: string): Promise<string> {
  const id = (await livingMachines(workspace)).find((each) => nameOf(each) === name)?.id ?? '';
  const form = new URLSearchParams({ Action: 'TerminateInstances', 'InstanceId.1': id });
  const { status, body } = await workspace.cloud().call(String(form));
  if (status !== 200) throw new Error(body);
  return id;
}

/** What a script prints that runs as root inside the machine with this name, without ssh. */
export async function insideMachine(
  workspace: Workspace,
  name: string,
  script: string,
): Promise<string> {
  const machine = (await livingMachines(workspace)).find((each) => nameOf(each) === name);
  if (machine === undefined) throw new Error(`there is no machine ${name}`);
  const init = await firstProcess(machine.id);
  const where = ['--target', String(init), '--mount', '--uts', '--ipc', '--net', '--pid'];
  const { stdout } = await run('nsenter', [...where, 'sh', '-euc', script], { timeout: 20_000 });
  return stdout.trim();
}

/** The process on this computer that is a machine's own number 1: the only child of its nspawn. */
async function firstProcess(id: string): Promise<number> {
  for (const pid of await processIds()) {
    const command = await commandLine(pid);
    if (!command.startsWith('systemd-nspawn ') || !command.includes(`--machine=${id} `)) continue;
    const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
    return Number(children.trim().split(' ')[0]);
  }
  throw new Error(`machine ${id} does not run`);
}

async function processIds(): Promise<readonly string[]> {
  return (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
}

async function commandLine(pid: string): Promise<string> {
  const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return words.replaceAll('\0', ' ');
}

async function commandLines(): Promise<readonly string[]> {
  return Promise.all((await processIds()).map(commandLine));
}

async function filesIn(folder: string): Promise<readonly string[]> {
  return (await readdir(folder).catch(() => [])).map((name) => join(folder, name));
}
