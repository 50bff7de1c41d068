import { createHash, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../../src/remote/connect.ts';
import type { Remote } from '../../../src/remote/remote.ts';
import { canHaveMachines } from '../../support/images.ts';
import { deps, eventually, type Sshd, startSshd } from '../support/sshd.ts';

describe.skipIf(!canHaveMachines)('a command on a node', () => {
  let sshd: Sshd;
  let remote: Remote;
  beforeAll(async () => {
    sshd = await startSshd();
    remote = await connect(sshd.target(), deps);
  });
  afterAll(async () => {
    await remote.close();
    await sshd[Symbol.asyncDispose]();
  });

  it.each([0, 1, 3, 127, 255])('resolves with exit code %i', async (code) => {
    expect(await remote.exec(`exit ${code}`)).toMatchObject({ code, signal: null });
  });

  it('names the signal that ended it', async () => {
    expect(await remote.exec('kill -9 $$')).toMatchObject({ code: null, signal: 'SIGKILL' });
  });

  it('answers both streams, collected and as they come', async () => {
    const heard: string[] = [];
    const answer = await remote.exec('echo out; echo err >&2; exit 4', {
      onStdout: (chunk) => heard.push(`1:${chunk}`),
      onStderr: (chunk) => heard.push(`2:${chunk}`),
    });
    expect(answer).toEqual({
      code: 4,
      signal: null,
      stdout: Buffer.from('out\n'),
      stderr: Buffer.from('err\n'),
    });
    expect(heard.sort()).toEqual(['1:out\n', '2:err\n']);
  });

  it('sees the end of its input at once when it gets none', async () => {
    expect((await remote.exec('cat; echo end')).stdout.toString()).toBe('end\n');
  });

  it('reads an input of 5 MB whole', async () => {
    const stdin = randomBytes(5_000_000);
    const answer = await remote.exec('sha256sum', { stdin });
    const hash = createHash('sha256').update(stdin).digest('hex');
    expect(answer.stdout.toString()).toBe(`${hash}  -\n`);
  });

  it('reads a sequence of pieces, each asked for when the one before is taken', async () => {
    const hash = createHash('sha256');
    const held = { most: 0, now: 0 };
    async function* pieces() {
      for (let count = 0; count < 40; count += 1) {
        const piece = randomBytes(300_000);
        hash.update(piece);
        held.now += 1;
        held.most = Math.max(held.most, held.now);
        yield piece;
        held.now -= 1;
      }
    }
    const answer = await remote.exec('sleep 0.1; sha256sum', { stdin: pieces() });
    expect(answer.stdout.toString()).toBe(`${hash.digest('hex')}  -\n`);
    expect(held.most).toBe(1);
  });

  it('leaves a sequence off when it ends first, also one that has nothing to say', async () => {
    let left = 0;
    async function* endless() {
      try {
        for (;;) yield Buffer.alloc(100_000);
      } finally {
        left += 1;
      }
    }
    expect(await remote.exec('head -c 3 >&2; exit 7', { stdin: endless() })).toMatchObject({
      code: 7,
    });
    await eventually(() => left === 1);
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
    expect(await remote.exec('exit 6', { stdin: silent })).toMatchObject({ code: 6 });
  });

  it('rejects with what its sequence throws, and the connection serves the next one', async () => {
    const reason = new Error('the file is gone');
    async function* failing() {
      yield Buffer.from('a beginning');
      throw reason;
    }
    await expect(remote.exec('cat', { stdin: failing() })).rejects.toBe(reason);
    expect(await remote.exec('exit 5')).toMatchObject({ code: 5 });
  });

  it('ends when it leaves most of a big input unread', async () => {
    const stdin = Buffer.alloc(5_000_000, 'x');
    const answer = await remote.exec('head -c 3; exit 7', { stdin });
    expect(answer).toMatchObject({ code: 7, stdout: Buffer.from('xxx') });
  });

  it('answers 8 MB on each stream whole', async () => {
    const answer = await remote.exec(
      'head -c 8000000 /dev/zero & head -c 8000000 /dev/zero >&2; wait',
    );
    expect([answer.stdout.length, answer.stderr.length]).toEqual([8_000_000, 8_000_000]);
  });

  it('keeps nothing when told not to collect', async () => {
    let bytes = 0;
    const answer = await remote.exec('head -c 1000000 /dev/zero', {
      collect: false,
      onStdout: (chunk) => {
        bytes += chunk.length;
      },
    });
    expect([bytes, answer.stdout.length]).toEqual([1_000_000, 0]);
  });

  it('waits for a place where twenty are started at once, and each gets its own answer', async () => {
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    const answers = await Promise.all(
      numbers.map((number) => remote.exec(`sleep 0.05; echo ${number}; exit ${number}`)),
    );
    expect(answers.map(({ code, stdout }) => [code, Number(stdout)])).toEqual(
      numbers.map((number) => [number, number]),
    );
  });

  it('rejects with the reason of its signal, and the connection serves the next one', async () => {
    const abort = new AbortController();
    const reason = new Error('enough');
    const running = remote.exec('echo up; sleep 5', {
      signal: abort.signal,
      onStdout: () => abort.abort(reason),
    });
    await expect(running).rejects.toBe(reason);
    expect(await remote.exec('exit 5')).toMatchObject({ code: 5 });
  });

  it('does not start when its signal has aborted before', async () => {
    const reason = new Error('too late');
    const running = remote.exec('exit 0', { signal: AbortSignal.abort(reason) });
    await expect(running).rejects.toBe(reason);
  });
});

describe.skipIf(!canHaveMachines)('a node that allows two sessions', () => {
  it('still runs twenty commands started at once', async () => {
    await using sshd = await startSshd(['MaxSessions 2']);
    const remote = await connect(sshd.target(), deps);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => remote.exec('sleep 0.02; echo ran')),
    );
    await remote.close();
    expect(answers.map(({ stdout }) => stdout.toString())).toEqual(Array(20).fill('ran\n'));
  });

  it('is an error of its own when it allows none', async () => {
    await using sshd = await startSshd(['MaxSessions 0']);
    const remote = await connect(sshd.target(), deps);
    const refused = remote.exec('true');
    await expect(refused).rejects.toMatchObject({ code: 'session-refused' });
    await remote.close();
  });
});
