import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { UsageError } from '../errors.ts';
import type { SecretRef } from './schema.ts';

/** What {@link readSecret} reads from. */
export interface SecretSources {
  readonly env: NodeJS.ProcessEnv;
  /** Folder of the config.yml in force: relative paths begin there and commands run there. */
  readonly folder: string;
  readonly signal: AbortSignal;
}

const commandTimeoutMs = 60_000;

/**
 * The secret that `ref` leads to, without a line break at its end.
 *
 * @throws {UsageError} with code `no-secret` when there is none; the message names the reference, never a value
 */
export async function readSecret(ref: SecretRef, sources: SecretSources): Promise<string> {
  const secret = (await readRaw(ref, sources)).replace(/\r?\n$/, '');
  if (secret === '') throw noSecret(ref, 'it is empty');
  return secret;
}

/** How a reference is shown to people: where the secret comes from, never the secret. */
export function describeSecret(ref: SecretRef): string {
  if ('env' in ref) return `from the environment variable ${ref.env}`;
  return 'file' in ref ? `from the file ${ref.file}` : 'from a command';
}

async function readRaw(ref: SecretRef, { env, folder, signal }: SecretSources): Promise<string> {
  if ('env' in ref) return env[ref.env] ?? '';
  try {
    if ('file' in ref) return await readFile(path.resolve(folder, ref.file), 'utf8');
    const options = { cwd: folder, env, signal, timeout: commandTimeoutMs };
    const { stdout } = await promisify(execFile)('/bin/sh', ['-c', ref.command], options);
    return stdout;
  } catch (error) {
    if (signal.aborted) throw error;
    throw noSecret(ref, 'file' in ref ? 'it cannot be read' : 'the command failed');
  }
}

function noSecret(ref: SecretRef, reason: string): UsageError {
  const message = `there is no secret ${describeSecret(ref)}: ${reason}`;
  const first = 'env' in ref ? `Set it (export ${ref.env}=…), or change` : 'Change';
  return new UsageError('no-secret', message, {
    hint: `${first} where it is read from, under \`credentials:\` in config.yml.`,
  });
}
