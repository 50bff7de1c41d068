import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { crashReport, writeCrashReport } from '../../../src/cli/crash-report.ts';

const circumstances = { version: '0.1.0', argv: ['zookeeper'], env: {}, now: 0, pid: 7 };

describe('a crash report', () => {
  it('tells the error with its causes, the version and the arguments', () => {
    const error = new Error('outer', { cause: new TypeError('inner') });
    const report = crashReport(error, circumstances);

    expect(report).toContain('deployer 0.1.0 crashed at 1970-01-01T00:00:00.000Z');
    expect(report).toContain('arguments: ["zookeeper"]');
    expect(report).toMatch(/Error: outer\n[\s\S]*caused by:\nTypeError: inner\n/);
  });

  it('holds no secret', () => {
    const key =
      '-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1\n-----END OPENSSH PRIVATE KEY-----';
    const secrets = ['wJalrXUtnFEMI', 'AKIAIOSFODNN7EXAMPLE', 'hunter2', 'b3BlbnNzaC1'];
    const report = crashReport(new Error(`${secrets.join(' ')} ${key}`), {
      ...circumstances,
      argv: ['zookeeper', '--set', 'adminPassword=hunter2'],
      env: {
        AWS_SECRET_ACCESS_KEY: 'wJalrXUtnFEMI',
        DB_PASSWORD: 'hunter2',
        MY_TOKEN: 'b3BlbnNzaC1',
      },
    });

    for (const secret of secrets) expect(report).not.toContain(secret);
    expect(report).toContain('adminPassword=');
  });

  it('can be read by its owner alone', () => {
    const folder = mkdtempSync(join(tmpdir(), 'deployer-crash-'));
    try {
      const path = writeCrashReport(folder, new Error('boom'), circumstances);

      expect(statSync(path).mode & 0o777).toBe(0o600);
      expect(readFileSync(path, 'utf8')).toContain('boom');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
