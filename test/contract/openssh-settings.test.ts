import { execFile } from 'node:child_process';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { bastionName } from '../../src/actions/bastion-key.ts';
import { machineSettings, sshArguments } from '../../src/actions/openssh-settings.ts';
import type { Login } from '../../src/actions/way-in.ts';
import { systemClock } from '../../src/clock.ts';
import { openClusterState } from '../../src/state/cluster-state.ts';
import { canHaveMachines } from '../support/images.ts';
import { temporaryFolders } from '../support/temporary-folder.ts';
import { generateKey, type Sshd, startSshd } from './support/sshd.ts';

const run = promisify(execFile);
const newFolder = temporaryFolders();

/** A folder whose name holds what OpenSSH and shells read as something else. */
async function strangeFolder(): Promise<string> {
  const folder = join(newFolder(), `it's 100% my folder`);
  await mkdir(folder);
  return folder;
}

async function loginTo(sshd: Sshd, folder: string, name: string): Promise<Login> {
  const keyFile = join(folder, name);
  await writeFile(keyFile, sshd.loginKey);
  await chmod(keyFile, 0o600);
  return {
    ...{ address: '127.0.0.1', port: sshd.port, username: 'root', keyFiles: [keyFile] },
    ...{ onlyThese: true, agent: undefined, names: ['127.0.0.1'], knownHostsFiles: [] },
  };
}

describe.skipIf(!canHaveMachines)('OpenSSH, told by arguments', () => {
  it('goes through two hosts, each of which must be the one that is pinned (C16)', async () => {
    const folder = await strangeFolder();
    const state = openClusterState({ root: folder, cluster: 'hello-default', clock: systemClock });
    await using outer = await startSshd();
    await using inner = await startSshd();
    await using node = await startSshd();
    const hops = [await loginTo(outer, folder, 'outer'), await loginTo(inner, folder, 'inner')];
    const way = await loginTo(node, folder, 'node');
    const { hostKeys } = state;
    await hostKeys.pin('i-1', { type: 'ssh-ed25519', base64: node.hostKey });
    for (const [index, sshd] of [outer, inner].entries()) {
      const name = bastionName(hops[index] ?? way);
      await hostKeys.pin(name, { type: 'ssh-ed25519', base64: sshd.hostKey });
    }
    const words = () => [
      ...['-F', 'none', '-o', 'BatchMode=yes'],
      ...sshArguments(state, machineSettings(state, 'i-1', way), hops),
      ...[way.address, 'echo', 'got', 'here'],
    ];
    expect((await run('ssh', words())).stdout).toBe('got here\n');

    const name = bastionName(hops[1] ?? way);
    const base64 = generateKey().public.split(' ')[1] ?? '';
    await hostKeys.forget(name);
    await hostKeys.pin(name, { type: 'ssh-ed25519', base64 });
    await expect(run('ssh', words())).rejects.toThrow('Host key verification failed');
  });
});
