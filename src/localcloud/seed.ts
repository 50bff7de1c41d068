import { copyFile, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fingerprintOf, generateHostKey, type HostKey } from './host-key.ts';
import { instanceType } from './instance-types.ts';
import { digest, hostnameOf, macOf, vethOf } from './names.ts';
import type { Instance } from './record.ts';
import { gatewayOf, parseBlock } from './subnet.ts';

/** What a machine's seed is made of, besides its record. */
export interface SeedPlan {
  readonly instance: Instance;
  readonly subnet: string;
  /** The image's file system. */
  readonly imageRoot: string;
}

/**
 * Writes to `folder` all that the root half needs to make the machine's directory: its settings, its supervisor and
 * the files that make it differ from its image.
 */
export async function writeSeed(folder: string, plan: SeedPlan): Promise<void> {
  const hostname = hostnameOf(plan.instance.address);
  const hostKey = hostKeyOf(plan.instance) ?? generateHostKey(`root@${hostname}`);
  const files = {
    settings: settingsOf(plan, hostname, hostKey.fingerprint),
    hostname: `${hostname}\n`,
    hosts: `127.0.0.1 localhost\n${plan.instance.address} ${hostname}\n::1 localhost ip6-localhost\n`,
    'resolv.conf': await resolvers(),
    'machine-id': `${digest(plan.instance.id, 32)}\n`,
    ssh_host_ed25519_key: hostKey.privateKey,
    'ssh_host_ed25519_key.pub': `${hostKey.publicKey}\n`,
    authorized_keys: plan.instance.publicKeys.map((key) => `${key}\n`).join(''),
    ...(plan.instance.misbehaves === 'never-ssh' && { 'never-ssh': '' }),
  };
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await Promise.all(
    Object.entries(files).map(([name, text]) => writeFile(join(folder, name), text)),
  );
  await copyFile(new URL('./supervisor.sh', import.meta.url), join(folder, 'supervisor.sh'));
}

function hostKeyOf({ hostKey }: Instance): HostKey | undefined {
  if (hostKey === undefined) return undefined;
  const blob = Buffer.from(hostKey.publicKey.split(' ')[1] ?? '', 'base64');
  return { ...hostKey, fingerprint: fingerprintOf(blob) };
}

function settingsOf(plan: SeedPlan, hostname: string, fingerprint: string): string {
  const subnet = parseBlock(plan.subnet);
  const { memoryMib, cpus } = instanceType(plan.instance.type);
  const settings = {
    ID: plan.instance.id,
    IMAGE: plan.imageRoot,
    ADDRESS: plan.instance.address,
    PREFIX: subnet.prefix,
    GATEWAY: gatewayOf(subnet),
    MAC: macOf(plan.instance.address),
    NODE_NAME: hostname,
    FINGERPRINT: fingerprint,
    MEMORY: memoryMib * 2 ** 20,
    CPUS: cpus,
    VETH: vethOf(plan.instance.id),
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** The host's resolv.conf with the servers that a machine can reach: those of the host's own loopback it cannot. */
async function resolvers(): Promise<string> {
  const files = ['/etc/resolv.conf', '/run/systemd/resolve/resolv.conf'];
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8').catch(() => '')));
  const reachable = texts.map(withoutLoopback);
  return reachable.find((text) => /^\s*nameserver\s/m.test(text)) ?? '';
}

/** A resolv.conf without the name servers on 127.0.0.0/8 and ::1. */
export function withoutLoopback(text: string): string {
  return text.replace(/^\s*nameserver\s+(127\.|::1(\s|$)).*\n?/gm, '');
}
