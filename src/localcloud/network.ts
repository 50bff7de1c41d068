import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { DeployerError } from '../errors.ts';
import { exists } from './exists.ts';
import { type Host, hostFailed, rootHalfDo, tryRootHalf } from './host.ts';
import type { CloudRecord } from './record.ts';
import { type Block, formatBlock, freeSubnet, gatewayOf, parseBlock } from './subnet.ts';

const run = promisify(execFile);
const subnetTakenCode = 9;
const RoutesSchema = z.array(z.object({ dst: z.string().optional() }));
const AddressesSchema = z.array(
  z.object({
    addr_info: z.array(
      z.object({ local: z.string().optional(), prefixlen: z.number().optional() }),
    ),
  }),
);

/** True when the cloud's bridge, table and settings are all there. */
export async function isNetworkUp(host: Host): Promise<boolean> {
  return exists(`/run/deployer-cloud/${host.name}/up`);
}

/** True when anything of the cloud's network is there, be it half made. */
export async function hasNetwork(host: Host): Promise<boolean> {
  const traces = [`/run/deployer-cloud/${host.name}`, `/sys/class/net/${host.name}`];
  return (await Promise.all(traces.map(exists))).includes(true);
}

/**
 * Resolves with the machines' subnet once the network is up; the caller has the hands. A subnet that machines live in
 * stays, otherwise a free one is chosen and recorded.
 */
export async function bringNetworkUp(host: Host): Promise<string> {
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const record = await host.store.read();
    const subnet = await subnetFor(host, record);
    if (record.network?.subnet !== subnet) await recordSubnet(host, subnet);
    if (await isNetworkUp(host)) return subnet;
    const { gateway, prefix } = {
      gateway: gatewayOf(parseBlock(subnet)),
      prefix: subnet.split('/')[1] ?? '',
    };
    const { code, stderr } = await tryRootHalf(host, 'network-up', gateway, prefix, subnet);
    if (code === 0) return subnet;
    if (code !== subnetTakenCode) throw hostFailed('network-up', stderr);
  }
  throw new DeployerError(
    'no-subnet',
    'the subnet of the local cloud is in use by something else',
    {
      hint: 'Compare `ip route` with `deployer cloud`; `deployer cloud down` lets it choose another one.',
    },
  );
}

/** Takes bridge, table, control groups and kernel settings away; the caller has the hands. */
export async function takeNetworkDown(host: Host): Promise<void> {
  await rootHalfDo(host, 'network-down');
}

async function recordSubnet(host: Host, subnet: string): Promise<void> {
  await host.store.update((record) => {
    record.network = { subnet, nextHost: 2 };
  });
}

async function subnetFor(host: Host, record: CloudRecord): Promise<string> {
  const current = record.network?.subnet;
  const isLivedIn = record.instances.some(({ want }) => want !== 'terminated');
  if (current !== undefined && (isLivedIn || (await isNetworkUp(host)))) return current;
  const free = freeSubnet(await takenBlocks(), Number.parseInt(host.name.slice(2), 16));
  if (free !== undefined) return formatBlock(free);
  throw new DeployerError(
    'no-subnet',
    'this computer has no private subnet left for the local cloud',
    {
      hint: 'Every /20 of 10.64.0.0/10, 172.16.0.0/12 and 198.18.0.0/15 is in use; see `ip route`.',
    },
  );
}

/** The blocks that this computer's routes and addresses cover, the default route aside. */
async function takenBlocks(): Promise<Block[]> {
  const [routes, addresses] = await Promise.all([
    run('ip', ['-j', '-4', 'route', 'show', 'table', 'all']),
    run('ip', ['-j', '-4', 'address']),
  ]);
  const destinations = RoutesSchema.parse(JSON.parse(routes.stdout)).map(({ dst }) => dst ?? '');
  const own = AddressesSchema.parse(JSON.parse(addresses.stdout))
    .flatMap(({ addr_info }) => addr_info)
    .map(({ local = '', prefixlen = 32 }) => `${local}/${prefixlen}`);
  return [...destinations, ...own]
    .filter((text) => /^\d+\./.test(text) && !text.endsWith('/0'))
    .map(parseBlock);
}
