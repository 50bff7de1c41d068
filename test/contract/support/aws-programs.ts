import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { exists } from '../../../src/localcloud/exists.ts';

const run = promisify(execFile);

/** What AWS itself calls EC2 with, in one state for all who run the tests. */
const packages = ['awscli==1.46.3', 'boto3==1.44.8', 'botocore==1.44.8'];

/** AWS's own programs, as they are called. */
export interface AwsPrograms {
  readonly aws: string;
  /** A Python that has boto3. */
  readonly python: string;
}

/** AWS's own programs; installed from PyPI into the cache folder of this user by whoever asks first. */
export async function awsPrograms(): Promise<AwsPrograms> {
  const cache = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache');
  const digest = createHash('sha256').update(packages.join()).digest('hex').slice(0, 12);
  const folder = join(cache, 'deployer-test', `aws-programs-${digest}`);
  const whole = join(folder, 'whole');
  const python = join(folder, 'bin/python');
  if (!(await exists(whole))) {
    await rm(folder, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await run('/usr/bin/python3', ['-m', 'venv', folder]);
    const options = ['--quiet', '--disable-pip-version-check', '--no-input'];
    await run(python, ['-m', 'pip', 'install', ...options, ...packages]);
    await writeFile(whole, packages.join('\n'));
  }
  return { aws: join(folder, 'bin/aws'), python };
}
