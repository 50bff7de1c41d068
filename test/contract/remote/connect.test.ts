import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import ssh2 from 'ssh2';
import { describe, expect, it } from 'vitest';
import { DeployerError } from '../../../src/errors.ts';
import { connect } from '../../../src/remote/connect.ts';
import { freePort } from '../../support/free-port.ts';
import { canHaveMachines } from '../../support/images.ts';
import { startProxy } from '../support/proxy.ts';
import { deps, eventually, generateKey, startSshd } from '../support/sshd.ts';

/** A port that accepts every connection and says `greeting`, if anything. */
async function startTalker(greeting?: string) {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    if (greeting !== undefined) socket.end(greeting);
  });
  const port = await freePort();
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    port,
    sockets,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

describe.skipIf(!canHaveMachines)('first contact', () => {
  it.each(['eager', 'gentle'] as const)(
    'is made by %s dialling once sshd starts',
    async (dialing) => {
      await using sshd = await startSshd([], { started: false });
      const told: string[] = [];
      const onProgress = (text: string) => told.push(text);
      const connecting = connect(sshd.target({ dialing }), { ...deps, onProgress });
      await eventually(() => told.length > 0);
      await sshd.start();
      const remote = await connecting;
      expect(await remote.exec('exit 2')).toMatchObject({ code: 2 });
      await remote.close();
      expect(told).toEqual([`port ${sshd.port} refused connections`]);
    },
  );

  it('gives up on a port that keeps refusing', async () => {
    await using sshd = await startSshd([], { started: false });
    await expect(connect(sshd.target({ timeoutMs: 300 }), deps)).rejects.toMatchObject({
      code: 'ssh-unreachable',
      message: `node-1 (127.0.0.1): port ${sshd.port} refused connections for 1 s`,
      retryable: true,
    });
  });

  it('gives up on a port that never sends a banner', async () => {
    await using sshd = await startSshd([], { started: false });
    await using talker = await startTalker();
    const { port } = talker;
    await expect(connect(sshd.target({ port, timeoutMs: 1_000 }), deps)).rejects.toMatchObject({
      code: 'no-ssh-banner',
    });
    expect(talker.sockets.size).toBe(1);
  });

  it('repeats what a port says instead of a banner', async () => {
    await using sshd = await startSshd([], { started: false });
    await using talker = await startTalker('Exceeded MaxStartups\r\n');
    const { port } = talker;
    await expect(connect(sshd.target({ port, timeoutMs: 1_000 }), deps)).rejects.toMatchObject({
      code: 'no-ssh-banner',
      message: expect.stringContaining('(Exceeded MaxStartups)'),
    });
  });

  it('shows the verifier the key that the node really has', async () => {
    await using sshd = await startSshd();
    const shown: string[] = [];
    const verifyHostKey = async ({ type, fingerprint }: { type: string; fingerprint: string }) => {
      shown.push(type, fingerprint);
    };
    const remote = await connect(sshd.target({ verifyHostKey }), deps);
    await remote.close();
    expect(shown).toEqual(['ssh-ed25519', sshd.fingerprint]);
  });

  it('ends with the very error of the verifier, and tries no second time', async () => {
    await using sshd = await startSshd();
    const refusal = new DeployerError('wrong-host-key', 'another machine answers');
    let asked = 0;
    const verifyHostKey = async () => {
      asked += 1;
      await sleep(20);
      throw refusal;
    };
    await expect(connect(sshd.target({ verifyHostKey }), deps)).rejects.toBe(refusal);
    expect(asked).toBe(1);
  });

  it('says so when the verifier comes to no end in time', async () => {
    await using sshd = await startSshd();
    const verifyHostKey = () => new Promise<void>(() => {});
    const connecting = connect(sshd.target({ verifyHostKey, timeoutMs: 2_000 }), deps);
    await expect(connecting).rejects.toMatchObject({ code: 'host-key-unverified' });
  });

  it('names the user whom the node refuses', async () => {
    await using sshd = await startSshd();
    const identities = [{ privateKey: generateKey().private }];
    const target = sshd.target({ identities, timeoutMs: 4_000 });
    await expect(connect(target, deps)).rejects.toMatchObject({
      code: 'authentication-refused',
      message: expect.stringContaining(`authentication refused for ${target.username}`),
      retryable: false,
    });
  });

  it('says so when the node has no ssh-ed25519 key', async () => {
    const rsa = generateKeyPairSync('rsa', {
      modulusLength: 2048,
      privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
      publicKeyEncoding: { type: 'pkcs1', format: 'pem' },
    });
    const server = new ssh2.Server({ hostKeys: [rsa.privateKey] }, (client) => {
      client.on('error', () => {});
    });
    await using sshd = await startSshd([], { started: false });
    server.listen(sshd.port, '127.0.0.1');
    await once(server, 'listening');
    await expect(connect(sshd.target({ timeoutMs: 2_000 }), deps)).rejects.toMatchObject({
      code: 'ssh-handshake-failed',
    });
    server.close();
  });

  it('takes a login refused by a booting node for "not yet"', async () => {
    const hostKey = generateKey().private;
    const banner = 'System is booting up. Unprivileged users are not permitted to log in yet.';
    let logins = 0;
    const server = new ssh2.Server({ hostKeys: [hostKey], banner }, (client) => {
      client.on('error', () => {});
      client.on('authentication', (attempt) => {
        logins += attempt.method === 'publickey' ? 1 : 0;
        if (logins <= 1) attempt.reject(['publickey']);
        else attempt.accept();
      });
    });
    await using sshd = await startSshd([], { started: false });
    server.listen(sshd.port, '127.0.0.1');
    await once(server, 'listening');
    const told: string[] = [];
    const onProgress = (text: string) => told.push(text);
    const remote = await connect(sshd.target({ timeoutMs: 3_000 }), { ...deps, onProgress });
    await remote.close();
    server.close();
    expect(told.at(-1)).toBe(`the node is still booting (${banner})`);
  });

  it('ends with the reason of its signal at every stage', async () => {
    await using sshd = await startSshd([], { started: false });
    await using talker = await startTalker();
    const reason = new Error('enough');
    for (const port of [sshd.port, talker.port]) {
      const abort = new AbortController();
      const connecting = connect(sshd.target({ port }), { ...deps, signal: abort.signal });
      setTimeout(() => abort.abort(reason), 100);
      await expect(connecting).rejects.toBe(reason);
    }
  });

  it('refuses a private key that cannot be read, before anything is dialled', async () => {
    await using sshd = await startSshd([], { started: false });
    const target = sshd.target({ identities: [{ privateKey: 'no key' }] });
    await expect(connect(target, deps)).rejects.toMatchObject({ code: 'bad-private-key' });
  });

  it.each([0, 10, 41, 100, 1_000, 1_300, 1_500])(
    'is made in the end when the first attempt is cut after %i bytes',
    async (bytes) => {
      await using sshd = await startSshd();
      await using proxy = await startProxy(sshd.port);
      proxy.cutAfter(bytes);
      const remote = await connect(sshd.target({ port: proxy.port }), deps);
      expect(await remote.exec('exit 3')).toMatchObject({ code: 3 });
      await remote.close();
    },
  );

  it('is made with thirty nodes at once', async () => {
    await using sshd = await startSshd(['MaxStartups 100']);
    const remotes = await Promise.all(
      Array.from({ length: 30 }, () => connect(sshd.target(), deps)),
    );
    const answers = await Promise.all(remotes.map((remote) => remote.exec('exit 3')));
    await Promise.all(remotes.map((remote) => remote.close()));
    expect(answers.map(({ code }) => code)).toEqual(Array(30).fill(3));
  });

  it('is made in the end where sshd drops early connections', async () => {
    await using sshd = await startSshd(['MaxStartups 3:50:5']);
    const remotes = await Promise.all(
      Array.from({ length: 30 }, () => connect(sshd.target(), deps)),
    );
    await Promise.all(remotes.map((remote) => remote.close()));
    expect(remotes).toHaveLength(30);
  });
});
