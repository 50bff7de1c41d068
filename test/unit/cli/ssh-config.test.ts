import { describe, expect, it } from 'vitest';
import type { Actions } from '../../../src/cli/actions.ts';
import { run } from './fake-session.ts';

const host = { host: 'hello-default-1', settings: [['HostName', '10.77.0.11']] as const };
const asked: unknown[] = [];
const sshConfig: Actions['sshConfig'] = async (request) => {
  asked.push(request);
  return {
    ...{ cluster: 'hello-default', hosts: [host], absent: [], file: request.write ?? null },
    config: 'Host hello-default-1\n  HostName 10.77.0.11\n',
  };
};

describe('ssh-config', () => {
  it('prints what a file would hold', async () => {
    const { code, stdout } = await run(['ssh-config', 'hello', '-p', 'aws'], { sshConfig });

    expect(code).toBe(0);
    expect(stdout).toBe('Host hello-default-1\n  HostName 10.77.0.11\n');
    expect(asked.at(-1)).toMatchObject({ recipe: 'hello', profile: 'aws', write: undefined });
  });

  it('says how to use the file that it wrote', async () => {
    const { stdout } = await run(['ssh-config', 'hello', '--write', '/tmp/hello'], { sshConfig });

    expect(stdout).toMatchInlineSnapshot(`
      "written: /tmp/hello
      use it:  ssh -F /tmp/hello hello-default-1
      always:  put "Include /tmp/hello" at the beginning of ~/.ssh/config
      "
    `);
  });

  it('is one object under --json', async () => {
    const { stdout } = await run(['ssh-config', 'hello', '--json'], { sshConfig });

    expect(JSON.parse(stdout)).toMatchObject({ cluster: 'hello-default', hosts: [host] });
  });
});
