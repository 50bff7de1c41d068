import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAwsEndpoint, isLoopbackEndpoint } from '../../endpoint-kinds.ts';
import { type Capabilities, CapabilitiesSchema, complete, least } from './capabilities.ts';
import type { Ec2Api } from './ec2-api.ts';
import { probeCapabilities } from './probe-capabilities.ts';

/** How what a cloud can do is known. */
export interface CapabilitySource {
  /** What is known without a call; as little as any cloud can where nothing is. */
  known(): Promise<Capabilities>;
  /** What is known, found out when nothing is. For what is about to make things anyway. */
  settled(): Promise<Capabilities>;
}

/** How long an answer counts, in milliseconds: clouds are upgraded. */
const keptMs = 7 * 24 * 60 * 60_000;

/**
 * AWS is known; any other endpoint is asked once a week, and the answers are kept in a file of `cacheFolder`. What is
 * served on this computer may be another cloud the next time, and is asked by each run.
 */
export function openCapabilities(api: Ec2Api, cacheFolder: string | null): CapabilitySource {
  if (isAwsEndpoint(api.access.endpoint)) return fixedCapabilities(complete);
  const { endpoint = '' } = api.access;
  const file =
    cacheFolder === null || isLoopbackEndpoint(endpoint) ? null : fileOf(cacheFolder, endpoint);
  let probing: Promise<Capabilities> | null = null;
  let settled: Capabilities | null = null;
  const settle = async () => {
    settled ??= (await read(file)) ?? (await probe(api, file));
    return settled;
  };
  return {
    known: async () => {
      settled ??= await read(file);
      return settled ?? least;
    },
    settled: () => {
      probing ??= settle().finally(() => {
        probing = null;
      });
      return probing;
    },
  };
}

/** Capabilities that nobody has to find out. */
export function fixedCapabilities(capabilities: Capabilities): CapabilitySource {
  return { known: async () => capabilities, settled: async () => capabilities };
}

function fileOf(folder: string, endpoint: string): string {
  const name = createHash('sha256').update(endpoint).digest('hex').slice(0, 16);
  return join(folder, 'clouds', `${name}.json`);
}

/** What the file says; a file of another version, or none, is as good as none. */
async function read(file: string | null): Promise<Capabilities | null> {
  if (file === null) return null;
  try {
    if (Date.now() - (await stat(file)).mtimeMs > keptMs) return null;
    const { capabilities } = JSON.parse(await readFile(file, 'utf8'));
    return CapabilitiesSchema.safeParse(capabilities).data ?? null;
  } catch {
    return null;
  }
}

async function probe(api: Ec2Api, file: string | null): Promise<Capabilities> {
  const capabilities = await probeCapabilities(api);
  if (file === null) return capabilities;
  const text = JSON.stringify({ endpoint: api.access.endpoint, capabilities }, null, 2);
  // It is a cache: a folder that cannot be written to only means that the cloud is asked again.
  await keep(file, `${text}\n`).catch(() => undefined);
  return capabilities;
}

async function keep(file: string, text: string): Promise<void> {
  await mkdir(join(file, '..'), { recursive: true });
  const draft = `${file}.${process.pid}.tmp`;
  await writeFile(draft, text);
  await rename(draft, file);
}
