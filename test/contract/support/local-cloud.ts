import { execFile, spawn } from 'node:child_process';
import { copyFile, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { DescribeInstancesCommand, type EC2Client, type Instance } from '@aws-sdk/client-ec2';
import { systemClock } from '../../../src/clock.ts';
import type { LocalCloud } from '../../../src/localcloud/cloud.ts';
import { compiled } from '../../support/compiled.ts';

const repository = resolve(import.meta.dirname, '../../..');
const run = promisify(execFile);

/** All instances that the client's account has, the terminated ones left out. */
export async function livingInstances(client: EC2Client): Promise<Instance[]> {
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) => Instances).filter(
    ({ State }) => State?.Name !== 'terminated',
  );
}

/** Resolves when the instances are in the state, or rejects after 30 s. */
export async function waitForState(
  client: EC2Client,
  ids: readonly string[],
  state: string,
): Promise<void> {
  await eventually(
    async () => {
      const living = await livingInstances(client);
      return ids.every((id) =>
        living.some((each) => each.InstanceId === id && each.State?.Name === state),
      );
    },
    `${ids.join(', ')} to be ${state}`,
  );
}

/** Resolves once `isTrue` does with true; it is asked every 50 ms for at most 30 s. */
export async function eventually(isTrue: () => Promise<boolean>, what: string): Promise<void> {
  const signal = AbortSignal.timeout(30_000);
  while (!(await isTrue())) {
    if (signal.aborted) throw new Error(`waited 30 s in vain for ${what}`);
    await systemClock.sleep(50);
  }
}

/** Resolves when something at the address answers on port 22 with ssh's greeting. */
export function waitForSsh(address: string): Promise<void> {
  return eventually(() => hasGreeting(address, 2_000), `ssh at ${address}`);
}

/** True when ssh's greeting comes within the time. */
export function hasGreeting(address: string, withinMs: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(22, address);
    const finish = (answer: boolean) => {
      socket.destroy();
      done(answer);
    };
    socket.setTimeout(withinMs, () => finish(false));
    socket.on('error', () => finish(false));
    socket.on('data', (data) => finish(data.toString().startsWith('SSH-2.0')));
  });
}

/** What the command answers on the machine, by the system's own ssh, which has to accept the host key given. */
export async function sshExec(
  address: string,
  privateKey: string,
  hostKey: string,
  command: string,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'deployer-ssh-'));
  const [identity, knownHosts] = [join(folder, 'identity'), join(folder, 'known_hosts')];
  const options = [
    `UserKnownHostsFile=${knownHosts}`,
    'StrictHostKeyChecking=yes',
    'BatchMode=yes',
    'ConnectTimeout=5',
  ].flatMap((option) => ['-o', option]);
  try {
    await writeFile(identity, privateKey, { mode: 0o600 });
    await writeFile(knownHosts, `${address} ${hostKey}\n`);
    const where = ['-F', 'none', '-i', identity, ...options, `root@${address}`, command];
    return (await run('ssh', where)).stdout.trim();
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** What of the cloud can be found on this computer, whatever its record says. */
export async function tracesOf(cloud: LocalCloud): Promise<string[]> {
  const { name, directory } = cloud.host;
  const processes = await processesWith('', name, `${directory}/machines`);
  const [links, tables, mounts, groups, claims] = await Promise.all([
    run('ip', ['-o', 'link']),
    run('nft', ['list', 'tables']),
    readFile('/proc/mounts', 'utf8'),
    run('find', ['/sys/fs/cgroup', '-maxdepth', '3', '-name', `*${name}*`]),
    readdir('/run/deployer-cloud').catch(() => []),
  ]);
  return [links.stdout, tables.stdout, mounts, groups.stdout, ...claims]
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.includes(name) || line.includes(`${directory}/machines`))
    .concat(processes.map(({ command }) => command));
}

/** The processes of this computer whose command line begins like this and holds one of these words. */
export async function processesWith(
  beginning: string,
  ...words: readonly string[]
): Promise<readonly { readonly pid: number; readonly command: string }[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const all = await Promise.all(
    pids.map(async (pid) => {
      const line = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      return { pid: Number(pid), command: line.replaceAll('\0', ' ') };
    }),
  );
  return all.filter(
    ({ command }) => command.startsWith(beginning) && words.some((word) => command.includes(word)),
  );
}

/** A program that can be killed: the local cloud compiled, and a script that launches machines with it. */
export async function compileLauncher(): Promise<{
  launch(cloud: LocalCloud, form: string): ReturnType<typeof spawn>;
  remove(): Promise<void>;
}> {
  const folder = await mkdtemp(join(tmpdir(), 'deployer-compiled-'));
  const dist = dirname(compiled(folder, 'localcloud/cloud'));
  const source = join(repository, 'src/localcloud');
  for (const file of (await readdir(source)).filter((each) => each.endsWith('.sh'))) {
    await copyFile(join(source, file), join(dist, file));
  }
  const script = join(dist, 'launch.mjs');
  await writeFile(script, launcher);
  return {
    launch: ({ host, account }, form) => {
      const args = [script, host.directory, host.imagesDirectory, account, form];
      return spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

const launcher = `
import { systemClock } from '../clock.js';
import { openCloud } from './cloud.js';
const [directory, imagesDirectory, account, form] = process.argv.slice(2);
const cloud = openCloud({ directory, imagesDirectory, account, clock: systemClock });
const { status, body } = await cloud.call(form);
process.stdout.write(status + ' ' + body);
`;
