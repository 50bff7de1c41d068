import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DeployerError, UsageError } from '../errors.ts';
import {
  acquireSettings,
  debianSources,
  isLoopbackSetting,
  parseDeb822,
  parseOneLine,
} from './apt-sources.ts';
import type { LocalCloud } from './cloud.ts';
import { describeImage, readImage } from './images.ts';
import { imageIdOf } from './names.ts';
import { runAsRoot } from './root-half.ts';

const run = promisify(execFile);
const script = new URL('./base-image.sh', import.meta.url);

/** The base images that can be made, and the Debian release that each is. */
const codenames = new Map([
  ['debian-12', 'bookworm'],
  ['debian-13', 'trixie'],
]);

/** The names of the base images that can be made. */
export const baseImages: readonly string[] = [...codenames.keys()];

/** What making a base image tells, and how it is stopped. */
export interface BuildOptions {
  readonly onProgress: (text: string) => void;
  readonly signal?: AbortSignal;
  /** For the date that the image bears. */
  readonly nowMs: number;
}

/**
 * The id of the base image called `name`, made first when it is not there: half a minute with a near mirror. Several
 * processes may ask at once; one makes it. When it fails or is stopped there is no image, and the next call begins anew.
 * @throws {UsageError} `unknown-image` or `no-debian-sources` when nothing can be made.
 * @throws {DeployerError} `image-failed` with the end of the builder's output.
 */
export async function ensureBaseImage(
  cloud: LocalCloud,
  name: string,
  options: BuildOptions,
): Promise<string> {
  const codename = codenames.get(name);
  if (codename === undefined) {
    throw new UsageError('unknown-image', `the local cloud has no base image called ${name}`, {
      hint: `It can make ${[...codenames.keys()].join(', ')}.`,
    });
  }
  const { imagesDirectory } = cloud.host;
  if ((await readImage(imagesDirectory, name)) === undefined) {
    await mkdir(imagesDirectory, { recursive: true });
    await buildImage(imagesDirectory, name, codename, options);
  }
  return imageIdOf(name);
}

async function buildImage(
  imagesDirectory: string,
  name: string,
  codename: string,
  { onProgress, signal, nowMs }: BuildOptions,
): Promise<void> {
  const order = await mkdtemp(join(imagesDirectory, '.order-'));
  try {
    await writeOrder(order, name, codename, nowMs);
    const { code, stderr } = await runAsRoot([script], [imagesDirectory, name, codename, order], {
      onLine: (line) => onProgress(line.replace(/^I: /, '')),
      ...(signal !== undefined && { signal }),
    });
    if (code !== 0) throw imageFailed(name, stderr);
  } finally {
    await rm(order, { recursive: true, force: true });
  }
}

async function writeOrder(
  order: string,
  name: string,
  codename: string,
  nowMs: number,
): Promise<void> {
  const settings = acquireSettings((await run('apt-config', ['dump'])).stdout);
  const text = (lines: readonly string[]) => lines.map((line) => `${line}\n`).join('');
  const image = {
    id: imageIdOf(name),
    name,
    description: `Debian ${codename}, made on this computer`,
    createdAtMs: nowMs,
    architecture: process.arch === 'arm64' ? ('arm64' as const) : ('x86_64' as const),
  };
  const files = new Map([
    ['sources', await hostSources(codename)],
    ['apt.conf', text(settings)],
    ['machine-apt.conf', text(settings.filter((line) => !isLoopbackSetting(line)))],
    ['image.json', describeImage(image)],
  ]);
  await Promise.all([...files].map(([file, content]) => writeFile(join(order, file), content)));
}

async function hostSources(codename: string): Promise<string> {
  const folder = '/etc/apt/sources.list.d';
  const names = (await readdir(folder).catch(() => [])).sort();
  const paths = ['/etc/apt/sources.list', ...names.map((name) => join(folder, name))];
  const entries = await Promise.all(
    paths.map(async (path) => {
      const text = await readFile(path, 'utf8').catch(() => '');
      if (path.endsWith('.sources')) return parseDeb822(text);
      return path.endsWith('.list') ? parseOneLine(text) : [];
    }),
  );
  const sources = debianSources(entries.flat(), codename);
  if (sources !== '') return sources;
  throw new UsageError(
    'no-debian-sources',
    'the apt sources of this computer name no Debian archive',
    {
      hint: 'The local cloud makes its machines from Debian packages: add a Debian entry to /etc/apt/sources.list.d.',
    },
  );
}

function imageFailed(name: string, stderr: string): DeployerError {
  return new DeployerError('image-failed', `the base image ${name} could not be made`, {
    retryable: true,
    excerpt: stderr.split('\n').slice(-20).join('\n'),
    hint: 'Nothing of it was kept; see whether `apt-get update` works on this computer, then run the command again.',
  });
}
