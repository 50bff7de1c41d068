import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UsageError } from '../errors.ts';
import { commandLine } from './command-line.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import { existing } from './existing.ts';
import { type Node, nodesOf } from './nodes.ts';
import { type Cluster, openCluster } from './open-cluster.ts';
import { bastionSettings, machineSettings, type SshSettings } from './openssh-settings.ts';
import { type WayIn, wayTo } from './way-in.ts';

/** Of which cluster, and where to. */
export interface SshConfigRequest extends ClusterRequest {
  /** The file to write; none when undefined. */
  readonly write: string | undefined;
}

/** One host of the configuration. */
export interface SshConfigHost {
  /** What `ssh` is called with. */
  readonly host: string;
  /** Keywords of ssh_config with their values, in order. */
  readonly settings: SshSettings;
}

/** How OpenSSH and what builds on it (scp, rsync, sftp) reach a cluster's nodes by their names. */
export interface SshConfigResult {
  readonly cluster: string;
  /** The nodes that run, then the hosts on the way to them. */
  readonly hosts: readonly SshConfigHost[];
  /** Nodes that cannot be logged into now, and why. */
  readonly absent: readonly { readonly node: string; readonly why: string }[];
  /** The text of the file. */
  readonly config: string;
  /** The file that was written; null when none was. */
  readonly file: string | null;
}

/** The first line of each file that is written here: any other file is somebody's own. */
const mark = '# Written by `deployer ssh-config`';

/**
 * What to put into an ssh_config so that `ssh NODE` works, for every node that runs. Keys and pinned host keys are read
 * where the cluster's state has them.
 * @throws {UsageError} `not-ours` when the file to write is there and was not written by this verb
 */
export async function sshConfig(
  request: SshConfigRequest,
  context: ActionContext,
): Promise<SshConfigResult> {
  await using cluster = await openCluster(request, context);
  const snapshot = await existing(cluster, context);
  const nodes = nodesOf(cluster, snapshot, await cluster.provider.describe(snapshot.uid));
  const ways = await waysTo(cluster, nodes);
  const running = nodes.flatMap((node) => {
    const way = ways.get(node.ordinal);
    return way === undefined ? [] : [{ node, way }];
  });
  const routes = distinctRoutes(running.map(({ way }) => way.hops));
  const hosts = [
    ...running.flatMap(({ node, way }) => nodeHost(cluster, node, way, routes)),
    ...hopHosts(cluster, routes),
  ];
  const absent = nodes
    .filter(({ ordinal }) => !ways.has(ordinal))
    .map(({ name, machine }) => ({
      node: name,
      why: `its machine is ${machine?.state ?? 'absent'}`,
    }));
  const command = commandLine(['ssh-config', request.recipe], request, context.env);
  const config = configText(command, hosts, absent);
  const file = request.write === undefined ? null : resolve(context.cwd, request.write);
  if (file !== null) await writeOwn(file, config);
  return { cluster: cluster.name, hosts, absent, config, file };
}

async function waysTo(
  cluster: Cluster,
  nodes: readonly Node[],
): Promise<ReadonlyMap<number, WayIn>> {
  const running = nodes.filter(({ machine }) => machine?.state === 'running');
  const ways = running.map(async (node) => [node.ordinal, await wayTo(cluster, node)] as const);
  return new Map(await Promise.all(ways));
}

function nodeHost(
  { state, name: cluster }: Cluster,
  node: Node,
  way: WayIn,
  routes: Routes,
): readonly SshConfigHost[] {
  if (node.machine === undefined) return [];
  const settings = machineSettings(state, node.machine.id, way);
  const via = jumpOver(cluster, way.hops, routes);
  return [{ host: node.name, settings: [['HostName', way.address], ...settings, ...via] }];
}

/** Each way over hosts to a host that is on the way to some node, the host being the last of it. */
type Routes = readonly WayIn['hops'][];

function distinctRoutes(all: readonly WayIn['hops'][]): Routes {
  const routes = all.flatMap((hops) => hops.map((_, index) => hops.slice(0, index + 1)));
  return [...new Map(routes.map((route) => [JSON.stringify(route), route])).values()];
}

function jumpOver(cluster: string, hops: WayIn['hops'], routes: Routes): SshSettings {
  if (hops.length === 0) return [];
  const key = JSON.stringify(hops);
  const place = routes.findIndex((route) => JSON.stringify(route) === key) + 1;
  return [['ProxyJump', hopName(cluster, place)]];
}

function hopHosts({ state, name: cluster }: Cluster, routes: Routes): readonly SshConfigHost[] {
  return routes.flatMap((route, index): SshConfigHost[] => {
    const hop = route.at(-1);
    if (hop === undefined) return [];
    const via = jumpOver(cluster, route.slice(0, -1), routes);
    const settings = bastionSettings(state, hop);
    const host = hopName(cluster, index + 1);
    return [{ host, settings: [['HostName', hop.address], ...settings, ...via] }];
  });
}

/** @param place counted from 1 */
function hopName(cluster: string, place: number): string {
  return `${cluster}-via-${place}`;
}

function configText(
  command: string,
  hosts: readonly SshConfigHost[],
  absent: SshConfigResult['absent'],
): string {
  const blocks = hosts.map(({ host, settings }) =>
    [`Host ${host}`, ...settings.map(([keyword, value]) => `  ${keyword} ${value}`), ''].join('\n'),
  );
  const missing = absent.map(({ node, why }) => `# ${node} is left out: ${why}`);
  return `${[`${mark}; once machines have changed: ${command}`, ...missing, '', ...blocks].join('\n')}`;
}

async function writeOwn(file: string, text: string): Promise<void> {
  const before = await readFile(file, 'utf8').catch(() => '');
  if (before !== '' && !before.startsWith(mark)) {
    throw new UsageError('not-ours', `${file} is there, and deployer has not written it`, {
      hint: `Write another file, and begin ${file} with this line: Include PATH-OF-THE-OTHER-FILE`,
    });
  }
  try {
    await writeFile(file, text, { mode: 0o600 });
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? ` (${cause.code})` : '';
    throw new UsageError('unwritable', `${file} could not be written${reason}`, {
      hint: 'Name a file in a folder that is there and that you may write to: --write FILE.',
      cause,
    });
  }
}
