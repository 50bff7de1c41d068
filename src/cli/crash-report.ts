import { writeFileSync } from 'node:fs';
import { arch, platform, release } from 'node:os';
import { join } from 'node:path';

/** What a crash report tells besides the error. */
export interface CrashCircumstances {
  readonly version: string;
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** When it happened, in milliseconds since the epoch. */
  readonly now: number;
  readonly pid: number;
}

/** Writes what a developer needs to find the fault into a file that only its owner can read; the answer is its path. */
export function writeCrashReport(
  folder: string,
  error: unknown,
  circumstances: CrashCircumstances,
): string {
  const stamp = new Date(circumstances.now).toISOString().replaceAll(/[:.]/g, '-');
  const path = join(folder, `deployer-crash-${stamp}-${circumstances.pid}.txt`);
  writeFileSync(path, crashReport(error, circumstances), { mode: 0o600, flag: 'wx' });
  return path;
}

/** The text of a crash report. What looks like a secret has been taken out. */
export function crashReport(
  error: unknown,
  { version, argv, env, now }: CrashCircumstances,
): string {
  const report = [
    `deployer ${version} crashed at ${new Date(now).toISOString()}`,
    `node ${process.version}, ${platform()} ${release()} ${arch()}`,
    `arguments: ${JSON.stringify(argv)}`,
    '',
    ...stacks(error),
    '',
  ];
  return redact(report.join('\n'), env);
}

function stacks(error: unknown): string[] {
  if (!(error instanceof Error)) return [String(error)];
  const own = error.stack ?? error.message;
  return error.cause === undefined ? [own] : [own, 'caused by:', ...stacks(error.cause)];
}

const secretName = /key|secret|token|password|passphrase|credential/i;
const privateKey =
  /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)/g;
const accessKey = /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g;
const assignment = /([\w.-]*(?:key|secret|token|password|passphrase)[\w.-]*=)[^\s"']+/gi;

/** Shorter values are words that happen to stand in other places too. */
const shortestSecret = 6;

function redact(text: string, env: CrashCircumstances['env']): string {
  let redacted = text
    .replaceAll(privateKey, '‹private key›')
    .replaceAll(accessKey, '‹access key›')
    .replaceAll(assignment, '$1‹secret›');
  for (const [name, value] of Object.entries(env)) {
    if (!secretName.test(name) || value === undefined || value.length < shortestSecret) continue;
    redacted = redacted.replaceAll(value, `‹${name}›`);
  }
  return redacted;
}
