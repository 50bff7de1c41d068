import { execFile, spawn } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { DescribeInstancesCommand, EC2Client, type Instance } from '@aws-sdk/client-ec2';
import { systemClock } from '../../../src/clock.ts';
import { ensureBaseImage } from '../../../src/localcloud/base-image.ts';
import { type LocalCloud, openCloud } from '../../../src/localcloud/cloud.ts';
import { takeCloudDown } from '../../../src/localcloud/down.ts';
import { cloudDirectory, imagesDirectory } from '../../../src/localcloud/names.ts';
import { cloudRequestHandler } from '../../../src/localcloud/request-handler.ts';

const run = promisify(execFile);
const repository = resolve(import.meta.dirname, '../../..');

/** A cloud in a directory of its own, with the images of this computer's usual cloud. */
export interface TestCloud {
  readonly cloud: LocalCloud;
  readonly client: EC2Client;
  readonly imageId: string;
  readonly imagesDirectory: string;
  /** The same cloud as another account sees it. */
  as(account: string): LocalCloud;
  /** Removes the cloud and all that was made for the test. */
  [Symbol.asyncDispose](): Promise<void>;
}

export async function openTestCloud(): Promise<TestCloud> {
  const directory = await mkdtemp(join(tmpdir(), 'local-cloud-'));
  const images = imagesDirectory(cloudDirectory(process.env), process.env);
  const as = (account: string) =>
    openCloud({ directory, imagesDirectory: images, account, clock: systemClock });
  const cloud = as('AKTEST');
  const imageId = await ensureBaseImage(cloud, 'debian-12', {
    nowMs: Date.now(),
    onProgress: () => {},
  });
  const client = clientOf(cloud);
  return {
    cloud,
    client,
    imageId,
    imagesDirectory: images,
    as,
    async [Symbol.asyncDispose]() {
      client.destroy();
      await takeCloudDown(cloud, { all: true });
    },
  };
}

export function clientOf(cloud: LocalCloud): EC2Client {
  return new EC2Client({
    region: 'local-1',
    endpoint: 'http://localcloud.invalid',
    maxAttempts: 1,
    credentials: { accessKeyId: cloud.account, secretAccessKey: 'local' },
    requestHandler: cloudRequestHandler(cloud),
  });
}

/** All instances that the client's account has, the terminated ones left out. */
export async function livingInstances(client: EC2Client): Promise<Instance[]> {
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) => Instances).filter(
    ({ State }) => State?.Name !== 'terminated',
  );
}

/** Resolves when the instances are in the state, or rejects after ten seconds. */
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

/** Resolves once `isTrue` does with true; it is asked every 50 ms for at most ten seconds. */
export async function eventually(isTrue: () => Promise<boolean>, what: string): Promise<void> {
  const signal = AbortSignal.timeout(10_000);
  while (!(await isTrue())) {
    if (signal.aborted) throw new Error(`waited ten seconds in vain for ${what}`);
    await systemClock.sleep(50);
  }
}

/** Resolves when something at the address answers on port 22 with ssh's greeting. */
export function waitForSsh(address: string): Promise<void> {
  return eventually(() => hasGreeting(address, 300), `ssh at ${address}`);
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
  keyFile: string,
  hostKey: string,
  command: string,
): Promise<string> {
  const knownHosts = join(await mkdtemp(join(tmpdir(), 'known-hosts-')), 'known_hosts');
  await writeFile(knownHosts, `${address} ${hostKey}\n`);
  const options = [
    `UserKnownHostsFile=${knownHosts}`,
    'StrictHostKeyChecking=yes',
    'BatchMode=yes',
    'ConnectTimeout=5',
  ];
  const flags = options.flatMap((option) => ['-o', option]);
  try {
    return (
      await run('ssh', ['-F', 'none', '-i', keyFile, ...flags, `root@${address}`, command])
    ).stdout.trim();
  } finally {
    await rm(resolve(knownHosts, '..'), { recursive: true });
  }
}

/** What of the cloud can be found on this computer, whatever its record says. */
export async function tracesOf(cloud: LocalCloud): Promise<string[]> {
  const { name, directory } = cloud.host;
  const processes = await run('ps', ['-eo', 'args']);
  const [links, tables, mounts, groups, claims] = await Promise.all([
    run('ip', ['-o', 'link']),
    run('nft', ['list', 'tables']),
    readFile('/proc/mounts', 'utf8'),
    run('find', ['/sys/fs/cgroup', '-maxdepth', '3', '-name', `*${name}*`]),
    readdir('/run/deployer-cloud').catch(() => []),
  ]);
  const lines = [links.stdout, tables.stdout, mounts, processes.stdout, groups.stdout, ...claims];
  return lines
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.includes(name) || line.includes(`${directory}/machines`));
}

/** Programs that can be killed: the local cloud compiled, and a script that launches machines with it. */
export async function compileLauncher(): Promise<{
  launch: LaunchProcess;
  remove(): Promise<void>;
}> {
  const folder = join(repository, 'node_modules', '.cache', `local-cloud-test-${process.pid}`);
  await mkdir(folder, { recursive: true });
  const tsc = join(repository, 'node_modules', '.bin', 'tsc');
  // Other folders may not compile at the moment; what is emitted of ours is what counts.
  await run(tsc, ['-p', join(repository, 'tsconfig.build.json'), '--outDir', folder]).catch(
    () => {},
  );
  const source = join(repository, 'src/localcloud');
  for (const file of (await readdir(source)).filter((each) => each.endsWith('.sh'))) {
    await copyFile(join(source, file), join(folder, 'localcloud', file));
  }
  const script = join(folder, 'launch.mjs');
  await writeFile(script, launcher);
  const launch: LaunchProcess = (cloud, form) =>
    spawn(
      process.execPath,
      [script, cloud.host.directory, cloud.host.imagesDirectory, cloud.account, form],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
  return { launch, remove: () => rm(folder, { recursive: true, force: true }) };
}

type LaunchProcess = (cloud: LocalCloud, form: string) => ReturnType<typeof spawn>;

const launcher = `
import { systemClock } from './clock.js';
import { openCloud } from './localcloud/cloud.js';
const [directory, imagesDirectory, account, form] = process.argv.slice(2);
const cloud = openCloud({ directory, imagesDirectory, account, clock: systemClock });
const { status, body } = await cloud.call(form);
process.stdout.write(status + ' ' + body);
`;
