import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { DeployerError, UsageError } from '../errors.ts';
import type { LockedFile } from './maven-lock.ts';
import { pomOf } from './pom.ts';

/** The plugin that copies files out of repositories; a fixed version, so that what it is told means the same for all. */
const copyGoal = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies';

/** What running Maven needs. */
export interface MavenDeps {
  readonly env: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
  /** Installs Maven on this computer; throws when that is not allowed or does not succeed. */
  installMaven(): Promise<void>;
}

/**
 * Copies the files into the folder, each under its name, with the `mvn` of this computer, so that its settings, mirrors,
 * proxies and local repository hold. Nothing is verified.
 * @throws {DeployerError} `maven-failed` with what it said, and what `installMaven` throws
 */
export async function copyWithMaven(
  files: readonly LockedFile[],
  folder: string,
  deps: MavenDeps,
): Promise<void> {
  const pom = path.join(folder, 'pom.xml');
  await writeFile(pom, pomOf(files));
  const words = ['--batch-mode', '--quiet', '--file', pom, copyGoal, `-DoutputDirectory=${folder}`];
  const first = await runMaven(words, deps);
  const { code, output } = first ?? (await installAndRun(words, deps));
  if (code !== 0) throw mavenFailed(output);
}

async function installAndRun(words: readonly string[], deps: MavenDeps): Promise<MavenResult> {
  await deps.installMaven();
  const result = await runMaven(words, deps);
  if (result !== null) return result;
  throw new UsageError('maven-missing', 'mvn was installed and is still not found', {
    hint: 'Look at PATH: it must hold the folder of mvn.',
  });
}

interface MavenResult {
  readonly code: number | null;
  readonly output: string;
}

/** Null when there is no mvn. Whatever comes of it, nothing of it runs any more when this settles. */
function runMaven(
  words: readonly string[],
  { env, signal }: MavenDeps,
): Promise<MavenResult | null> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const child = spawn('mvn', words, { env, signal, stdio: ['ignore', 'pipe', 'pipe'] });
    const output: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => output.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
    let failure: NodeJS.ErrnoException | undefined;
    const settle = (code: number | null) => {
      if (failure === undefined) resolve({ code, output: Buffer.concat(output).toString() });
      else if (failure.code === 'ENOENT') resolve(null);
      else reject(signal.aborted ? signal.reason : failure);
    };
    child.on('error', (error) => {
      failure = error;
      if (child.pid === undefined) settle(null);
    });
    child.on('close', settle);
  });
}

function mavenFailed(output: string): DeployerError {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours that it prints although nobody sees them
  const lines = output.replaceAll(/\x1b\[[0-9;]*m/g, '').split('\n');
  const errors = lines.filter((line) => line.startsWith('[ERROR]') && line.length > 8);
  const shown = errors.length > 0 ? errors.slice(0, 5) : lines.slice(-20);
  return new DeployerError('maven-failed', 'mvn could not get the files', {
    excerpt: shown.join('\n').trim(),
    retryable: true,
    hint: 'Does this computer reach its Maven repository? ~/.m2/settings.xml names mirrors and proxies.',
  });
}
