import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionLost } from '../../../src/errors.ts';
import { connect } from '../../../src/remote/connect.ts';
import type { Remote } from '../../../src/remote/remote.ts';
import { freePort } from '../../support/free-port.ts';
import { canHaveMachines } from '../../support/images.ts';
import { startProxy, type TcpProxy } from '../support/proxy.ts';
import { deps, eventually, type Sshd, startSshd } from '../support/sshd.ts';

describe.skipIf(!canHaveMachines)('a connection', () => {
  let sshd: Sshd;
  let proxy: TcpProxy;
  beforeAll(async () => {
    sshd = await startSshd();
    proxy = await startProxy(sshd.port);
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    await sshd[Symbol.asyncDispose]();
  });
  const open = (changes: { keepaliveMs?: number; timeoutMs?: number } = {}): Promise<Remote> =>
    connect(sshd.target({ port: proxy.port, dialing: 'gentle', ...changes }), deps);

  it('is the same one for every command', async () => {
    const before = proxy.accepted;
    const remote = await open();
    await Promise.all([remote.exec('true'), remote.exec('true'), remote.exec('true')]);
    await remote.exec('true');
    await remote.close();
    expect(proxy.accepted - before).toBe(1);
  });

  it('that is cut in mid-command says that the command may have run, and the next call connects anew', async () => {
    const remote = await open();
    const running = remote.exec('echo up; sleep 5', { onStdout: () => proxy.cut() });
    const lost = await running.catch((error: unknown) => error);
    expect(lost).toBeInstanceOf(ConnectionLost);
    expect(lost).toMatchObject({ mayHaveRun: true, retryable: true });
    expect(await remote.exec('exit 6')).toMatchObject({ code: 6 });
    await remote.close();
  });

  it('that is cut at any byte of an answer never passes for a command that ended', async () => {
    const remote = await open();
    for (const bytes of [1, 37, 100, 150, 5_000, 30_000]) {
      await remote.exec('true');
      proxy.cutAfter(bytes);
      const lost = remote.exec('head -c 100000 /dev/zero');
      await expect(lost, `cut after ${bytes} bytes`).rejects.toBeInstanceOf(ConnectionLost);
    }
    await remote.close();
  });

  it('that is cut while twenty commands run or wait rejects each of them', async () => {
    const remote = await open();
    let started = 0;
    const running = Array.from({ length: 20 }, () =>
      remote.exec('echo up; sleep 5', {
        onStdout: () => {
          started += 1;
          if (started === 8) proxy.cut();
        },
      }),
    );
    const outcomes = await Promise.allSettled(running);
    const lost = outcomes.map((outcome) =>
      outcome.status === 'rejected' && outcome.reason instanceof ConnectionLost
        ? outcome.reason.mayHaveRun
        : outcome,
    );
    expect(lost).toEqual([...Array(8).fill(true), ...Array(12).fill(false)]);
    await remote.close();
  });

  it('that loses one command without telling its end is given up at once', async () => {
    const before = proxy.accepted;
    const remote = await open();
    const running = remote.exec('kill -9 $PPID; sleep 5');
    await expect(running).rejects.toMatchObject({ code: 'connection-lost', mayHaveRun: true });
    expect(await remote.exec('exit 11')).toMatchObject({ code: 11 });
    expect(proxy.accepted - before).toBe(2);
    await remote.close();
  });

  it('that died while idle is replaced by the next call', async () => {
    const before = proxy.accepted;
    const remote = await open();
    proxy.cut();
    await sleep(50);
    expect(await remote.exec('exit 8')).toMatchObject({ code: 8 });
    expect(proxy.accepted - before).toBe(2);
    await remote.close();
  });

  it('checks the host key again when it connects anew', async () => {
    const refusal = new Error('another machine');
    let checks = 0;
    const verifyHostKey = async () => {
      checks += 1;
      if (checks > 1) throw refusal;
    };
    const remote = await connect(sshd.target({ port: proxy.port, verifyHostKey }), deps);
    proxy.cut();
    await sleep(50);
    await expect(remote.exec('true')).rejects.toBe(refusal);
    await remote.close();
  });

  it('asks about the host key once, however often keys are exchanged', async () => {
    await using rekeying = await startSshd(['RekeyLimit 1M']);
    let asked = 0;
    const verifyHostKey = async () => {
      asked += 1;
    };
    const remote = await connect(rekeying.target({ verifyHostKey }), deps);
    const answer = await remote.exec('head -c 8000000 /dev/zero');
    await remote.close();
    expect([answer.stdout.length, asked]).toEqual([8_000_000, 1]);
  });

  it('that freezes is noticed by unanswered keepalives', async () => {
    const remote = await open({ keepaliveMs: 100 });
    const running = remote.exec('echo up; sleep 5', { onStdout: () => proxy.freeze() });
    await expect(running).rejects.toMatchObject({ code: 'connection-lost', mayHaveRun: true });
    expect(await remote.exec('exit 9')).toMatchObject({ code: 9 });
    await remote.close();
  });

  it('that freezes while idle is noticed as well, and the next call connects anew', async () => {
    const before = proxy.accepted;
    const remote = await open({ keepaliveMs: 50 });
    proxy.freeze();
    await sleep(400);
    expect(await remote.exec('exit 10')).toMatchObject({ code: 10 });
    expect(proxy.accepted - before).toBe(2);
    await remote.close();
  });

  it('that froze can be closed', async () => {
    const remote = await open();
    proxy.freeze();
    await remote.close();
    await expect(remote.exec('true')).rejects.toMatchObject({ code: 'connection-closed' });
    proxy.cut();
  });

  it('can be closed twice, and fails what is still running', async () => {
    const remote = await open();
    const running = remote.exec('sleep 5').catch((error: unknown) => error);
    await sleep(50);
    await Promise.all([remote.close(), remote.close()]);
    expect(await running).toBeInstanceOf(ConnectionLost);
    await expect(remote.openTcp(1)).rejects.toMatchObject({ code: 'connection-closed' });
  });

  it('leaves no socket and no timer behind', async () => {
    const held = () =>
      process.getActiveResourcesInfo().filter((name) => /^(TCPSocketWrap|Timeout)$/.test(name));
    const before = held().length;
    const remote = await open();
    await remote.exec('true');
    await remote.close();
    await eventually(() => held().length <= before);
  });

  it('tells who waits for its end that it was lost, even while idle', async () => {
    const remote = await open();
    const lost = remote.untilLost(deps.signal).catch((error: unknown) => error);
    proxy.cut();
    expect(await lost).toBeInstanceOf(ConnectionLost);
    await remote.close();
  });

  it('lets go of who waits for its end when that one is stopped, and stays up', async () => {
    const before = proxy.accepted;
    const remote = await open();
    const stopped = new Error('stopped');
    await expect(remote.untilLost(AbortSignal.abort(stopped))).rejects.toBe(stopped);
    expect(await remote.exec('exit 12')).toMatchObject({ code: 12 });
    expect(proxy.accepted - before).toBe(1);
    await remote.close();
  });

  it('tells of the node when it cannot be reached again', async () => {
    const other = await startSshd();
    const remote = await connect(other.target({ timeoutMs: 300 }), deps);
    const running = remote.exec('kill -9 $PPID');
    await expect(running).rejects.toBeInstanceOf(ConnectionLost);
    await other[Symbol.asyncDispose]();
    await expect(remote.exec('true')).rejects.toMatchObject({ code: 'ssh-unreachable' });
    await remote.close();
  });

  it('opens no TCP connection to a port that nobody listens on', async () => {
    const remote = await open();
    const port = await freePort();
    await expect(remote.openTcp(port)).rejects.toMatchObject({
      code: 'connection-refused',
      message: `nothing accepts connections at 127.0.0.1:${port} of node-1`,
    });
    await remote.close();
  });

  it('says so when sshd forbids forwarding', async () => {
    await using strict = await startSshd(['AllowTcpForwarding no']);
    const remote = await connect(strict.target(), deps);
    await expect(remote.openTcp(22)).rejects.toMatchObject({ code: 'forwarding-prohibited' });
    await remote.close();
  });
});
