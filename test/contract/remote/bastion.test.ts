import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { openSharedConnections } from '../../../src/actions/shared-connections.ts';
import { DeployerError } from '../../../src/errors.ts';
import { type Hop, openBastions } from '../../../src/remote/bastions.ts';
import { connect } from '../../../src/remote/connect.ts';
import { canHaveMachines } from '../../support/images.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { startProxy } from '../support/proxy.ts';
import { deps, eventually, generateKey, type Sshd, startSshd } from '../support/sshd.ts';

const run = promisify(execFile);
const newFolder = temporaryFolders();

function hopTo(sshd: Sshd, changes: Partial<Hop> = {}): Hop {
  const { address, port, username, identities, verifyHostKey } = sshd.target();
  return { address, port, username, identities, verifyHostKey, ...changes };
}

/** An agent that holds the key in the file. */
async function startAgent(folder: string, keyFile: string) {
  const socket = join(folder, 'agent');
  const agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
  await once(agent.stdout, 'data');
  await run('ssh-add', ['-q', keyFile], { env: { ...process.env, SSH_AUTH_SOCK: socket } });
  return {
    socket,
    [Symbol.asyncDispose]: async () => {
      agent.kill();
      await once(agent, 'exit');
    },
  };
}

describe.skipIf(!canHaveMachines)('C16: nodes behind bastions', () => {
  it('are reached through one connection to each of two hosts', async () => {
    await using outer = await startSshd();
    await using inner = await startSshd();
    await using node = await startSshd();
    await using outerDoor = await startProxy(outer.port);
    await using innerDoor = await startProxy(inner.port);
    const bastions = openBastions(deps);
    const via = bastions.through([
      hopTo(outer, { port: outerDoor.port }),
      hopTo(inner, { port: innerDoor.port }),
    ]);
    const remotes = await Promise.all(
      Array.from({ length: 20 }, () => connect(node.target({ via }), deps)),
    );
    const answers = await Promise.all(remotes.map((remote) => remote.exec('exit 7')));
    await Promise.all(remotes.map((remote) => remote.close()));
    await bastions.close();
    expect(answers.map(({ code }) => code)).toEqual(Array(20).fill(7));
    expect([outerDoor.accepted, innerDoor.accepted]).toEqual([1, 1]);
  });

  it('are reached again by the next call after the bastion was lost', async () => {
    await using bastion = await startSshd();
    await using node = await startSshd();
    await using door = await startProxy(bastion.port);
    const bastions = openBastions(deps);
    const via = bastions.through([hopTo(bastion, { port: door.port })]);
    const remote = await connect(node.target({ via }), deps);
    const cut = remote.exec('sleep 10');
    setTimeout(() => door.cut(), 200);
    await expect(cut).rejects.toMatchObject({ code: 'connection-lost' });
    expect(await remote.exec('exit 3')).toMatchObject({ code: 3 });
    await remote.close();
    await bastions.close();
  });

  it('are waited for while they boot', async () => {
    await using bastion = await startSshd();
    await using node = await startSshd([], { started: false });
    const bastions = openBastions(deps);
    const told: string[] = [];
    const onProgress = (text: string) => told.push(text);
    const via = bastions.through([hopTo(bastion)]);
    const connecting = connect(node.target({ via }), { ...deps, onProgress });
    await eventually(() => told.length > 0);
    await node.start();
    const remote = await connecting;
    await remote.close();
    await bastions.close();
    expect(told[0]).toContain(`nothing accepts connections at 127.0.0.1:${node.port}`);
  });

  it('are not reached through a host whose key is refused, whatever the node shows', async () => {
    await using bastion = await startSshd();
    await using node = await startSshd();
    const refusal = new DeployerError('wrong-host-key', 'another host answers');
    const verifyHostKey = async () => {
      throw refusal;
    };
    const bastions = openBastions(deps);
    const via = bastions.through([hopTo(bastion, { verifyHostKey })]);
    await expect(connect(node.target({ via }), deps)).rejects.toBe(refusal);
    await bastions.close();
  });

  it('have the host that is on the way checked for each, over the one connection', async () => {
    await using bastion = await startSshd();
    await using node = await startSshd();
    await using door = await startProxy(bastion.port);
    const asked: string[] = [];
    const bastions = openBastions(deps);
    const viaAs = (name: string) => {
      const verifyHostKey: Hop['verifyHostKey'] = async ({ fingerprint }) => {
        asked.push(`${name} ${fingerprint}`);
        if (name === 'third') throw new DeployerError('wrong-host-key', 'another host answers');
      };
      return bastions.through([hopTo(bastion, { port: door.port, verifyHostKey })]);
    };
    for (const name of ['first', 'second']) {
      const via = viaAs(name);
      for (const _ of [1, 2]) await (await connect(node.target({ via }), deps)).close();
    }
    const refused = connect(node.target({ via: viaAs('third') }), deps);
    await expect(refused).rejects.toMatchObject({ code: 'wrong-host-key' });
    await bastions.close();
    expect(asked.map((line) => line.split(' ')[0])).toEqual(['first', 'second', 'third']);
    expect(new Set(asked.map((line) => line.split(' ')[1])).size).toBe(1);
    expect(door.accepted).toBe(1);
  });

  it('have it checked for each who shares the connection to a node, too', async () => {
    await using bastion = await startSshd();
    await using node = await startSshd();
    const asked: string[] = [];
    const bastions = openBastions(deps);
    const connections = openSharedConnections();
    for (const name of ['look', 'run']) {
      const verifyHostKey = async () => void asked.push(name);
      const via = bastions.through([hopTo(bastion, { verifyHostKey })]);
      await connections.to('h1', node.target({ via }), deps);
    }
    await connections.close();
    await bastions.close();
    expect(asked).toEqual(['look', 'run']);
  });

  it('are not taken for silent where it is the host that lets nobody in', async () => {
    await using bastion = await startSshd();
    await using node = await startSshd();
    const identities = [{ privateKey: generateKey().private }];
    const bastions = openBastions(deps);
    const via = bastions.through([hopTo(bastion, { identities })]);
    const contacts = [1, 2].map(() => connect(node.target({ via, timeoutMs: 60_000 }), deps));
    const failures = await Promise.all(contacts.map((each) => each.catch((error) => error)));
    await bastions.close();
    for (const failure of failures) {
      expect(failure).toMatchObject({
        code: 'bastion-unreachable',
        message: expect.stringContaining('bastion 127.0.0.1'),
      });
    }
  });

  it('are not reached where the host forbids forwarding, which is said', async () => {
    await using bastion = await startSshd(['AllowTcpForwarding no']);
    await using node = await startSshd();
    const bastions = openBastions(deps);
    const via = bastions.through([hopTo(bastion)]);
    await expect(connect(node.target({ via }), deps)).rejects.toMatchObject({
      code: 'forwarding-prohibited',
    });
    await bastions.close();
  });
});

describe.skipIf(!canHaveMachines)('C16: a login', () => {
  /** A key pair in a file, whose public half the sshd lets in. */
  async function keyFile(type: readonly string[], passphrase = '') {
    const file = join(newFolder(), 'id');
    await run('ssh-keygen', ['-q', ...type, '-N', passphrase, '-f', file]);
    return file;
  }

  it.each([
    ['an ed25519 key', ['-t', 'ed25519']],
    ['an RSA key, by SHA-2', ['-t', 'rsa', '-b', '2048']],
    ['an ECDSA key', ['-t', 'ecdsa']],
    ['an RSA key in PEM', ['-t', 'rsa', '-b', '2048', '-m', 'PEM']],
  ])('is made with %s in a file', async (_, type) => {
    const file = await keyFile(type);
    await using sshd = await startSshd([], { loginFile: `${file}.pub` });
    const remote = await connect(sshd.target({ identities: [{ keyFile: file }] }), deps);
    await remote.close();
  });

  it('is made with an encrypted key that an agent holds, and not without', async () => {
    const folder = newFolder();
    const file = await keyFile(['-t', 'ed25519']);
    await using agent = await startAgent(folder, file);
    await run('ssh-keygen', ['-q', '-p', '-N', 'secret', '-f', file]);
    await using sshd = await startSshd([], { loginFile: `${file}.pub` });
    const identities = [{ keyFile: file }];
    await expect(connect(sshd.target({ identities }), deps)).rejects.toMatchObject({
      code: 'bad-private-key',
      message: expect.stringContaining('ncrypted'),
      hint: expect.stringContaining('ssh-add'),
    });
    const withAgent = [{ agent: agent.socket }, ...identities];
    const remote = await connect(sshd.target({ identities: withAgent }), deps);
    await remote.close();
  });

  it('is made with an encrypted key whose passphrase somebody says, and only that one is asked for', async () => {
    const file = await keyFile(['-t', 'ed25519'], 'secret');
    const open = await keyFile(['-t', 'ed25519']);
    await using sshd = await startSshd([], { loginFile: `${file}.pub` });
    const asked: string[] = [];
    const said = (word: string | null) => (keyFileName: string) => ({
      keyFile: keyFileName,
      passphrase: async () => {
        asked.push(keyFileName);
        return word;
      },
    });
    const identities = [open, file].map(said('secret'));
    const remote = await connect(sshd.target({ identities }), deps);
    await remote.close();
    expect(asked).toEqual([file]);
    for (const word of [null, 'wrong']) {
      const wrong = connect(sshd.target({ identities: [said(word)(file)] }), deps);
      await expect(wrong).rejects.toMatchObject({ code: 'bad-private-key' });
    }
  });

  it('that is refused names the encrypted key that could not be tried', async () => {
    const file = await keyFile(['-t', 'ed25519'], 'secret');
    const [own, missing] = [await keyFile(['-t', 'ed25519']), join(newFolder(), 'none')];
    await using sshd = await startSshd([], { loginFile: `${file}.pub` });
    const identities = [own, file, missing].map((each) => ({ keyFile: each }));
    const connecting = connect(sshd.target({ identities, timeoutMs: 4_000 }), deps);
    await expect(connecting).rejects.toMatchObject({
      code: 'authentication-refused',
      excerpt: expect.stringMatching(/^not tried:\n[^\n]*id cannot be read: [^\n]*ncrypted[^\n]*$/),
    });
  });

  it('is made by the key of the named file, of however many the agent holds', async () => {
    const folder = newFolder();
    const file = await keyFile(['-t', 'ed25519']);
    const others = await Promise.all(Array.from({ length: 7 }, () => keyFile(['-t', 'ed25519'])));
    await using agent = await startAgent(folder, others[0] ?? '');
    const env = { ...process.env, SSH_AUTH_SOCK: agent.socket };
    await run('ssh-add', ['-q', ...others.slice(1), file], { env });
    await using sshd = await startSshd([], { loginFile: `${file}.pub` });
    await run('ssh-keygen', ['-q', '-p', '-N', 'secret', '-f', file]);
    const identities = [{ agent: agent.socket }, { keyFile: file }];
    const remote = await connect(sshd.target({ identities }), deps);
    await remote.close();
  });

  it('is made with the next key where there is no agent at its socket', async () => {
    await using sshd = await startSshd();
    const { identities } = sshd.target();
    const withAgent = [{ agent: join(newFolder(), 'none') }, ...identities];
    const remote = await connect(sshd.target({ identities: withAgent }), deps);
    await remote.close();
  });

  it('says which file is no key when there is nothing else to try', async () => {
    const file = join(newFolder(), 'id');
    await writeFile(file, 'nothing');
    await using sshd = await startSshd([], { started: false });
    const missing = { keyFile: `${file}-missing` };
    const identities = [{ keyFile: file }, missing];
    await expect(connect(sshd.target({ identities }), deps)).rejects.toMatchObject({
      code: 'bad-private-key',
      message: expect.stringContaining(file),
      excerpt: expect.stringContaining('ENOENT'),
    });
  });
});
