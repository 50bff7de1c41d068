import { createServer, type Socket } from 'node:net';
import { type Packet, streamDecode, streamEncode } from 'dns-packet';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { runProbe } from '../../../src/probes/run-probe.ts';
import { connect } from '../../../src/remote/connect.ts';
import type { Remote } from '../../../src/remote/remote.ts';
import { freePort } from '../../support/free-port.ts';
import { canHaveMachines } from '../../support/images.ts';
import { createLocalServers } from '../support/local-servers.ts';
import { deps as connectDeps, type Sshd, startSshd } from '../support/sshd.ts';

// The sshd is a real one. The name servers are small ones of this file, which read and write with the package
// dns-packet; they stand in for Consul and its like.

const deps = { timeoutMs: 3_000, clock: systemClock };
const servers = createLocalServers();
let sshd: Sshd;
let remote: Remote;

beforeAll(async () => {
  if (!canHaveMachines) return;
  sshd = await startSshd();
  remote = await connect(sshd.target(), connectDeps);
});
afterAll(async () => {
  await remote?.close();
  await sshd?.[Symbol.asyncDispose]();
});
afterEach(() => servers.closeAll());

/** A name server that does this with each question. */
function serving(answer: (socket: Socket, query: Packet) => void): Promise<number> {
  return servers.listen(
    createServer((socket) => socket.on('data', (bytes) => answer(socket, streamDecode(bytes)))),
  );
}

/** A name server whose answers are like this. */
function answering(response: (query: Packet) => Packet): Promise<number> {
  return serving((socket, query) => {
    const { id = 0, questions = [] } = query;
    socket.write(streamEncode({ type: 'response', id, questions, ...response(query) }));
  });
}

async function ask(port: number, type: 'A' | 'AAAA' | 'SRV' | 'TXT' = 'A', timeoutMs = 3_000) {
  const probe = { dns: { port, name: 'consul.service.paas.home', type } };
  return runProbe(probe, remote, { ...deps, timeoutMs });
}

const a = (data: string) => ({ type: 'A' as const, name: 'consul.service.paas.home', data });

describe.skipIf(!canHaveMachines)('a dns probe', () => {
  it('gives every address, sorted, one a line', async () => {
    const port = await answering(({ questions = [] }) =>
      questions[0]?.name === 'consul.service.paas.home' && questions[0].type === 'A'
        ? { answers: ['10.0.0.2', '10.0.0.1', '10.0.0.4', '10.0.0.3'].map(a) }
        : { flags: 3 },
    );
    expect(await ask(port)).toEqual({
      ok: true,
      text: '10.0.0.1\n10.0.0.2\n10.0.0.3\n10.0.0.4',
      detail: '10.0.0.1, 10.0.0.2, 10.0.0.3, 10.0.0.4',
    });
  });

  it('gives services with the port where they are', async () => {
    const data = { priority: 1, weight: 2, port: 8300, target: 'node-1.node.paas.home' };
    const port = await answering(() => ({ answers: [{ type: 'SRV', name: 'consul', data }] }));
    expect(await ask(port, 'SRV')).toMatchObject({
      ok: true,
      text: '1 2 8300 node-1.node.paas.home',
    });
  });

  it('gives an empty text where the name has no such records', async () => {
    const port = await answering(() => ({ answers: [a('10.0.0.1')] }));
    expect(await ask(port, 'TXT')).toEqual({ ok: true, text: '', detail: 'no records' });
  });

  it.each([
    [2, 'SERVFAIL: the server could not answer'],
    [3, 'NXDOMAIN: there is no such name'],
    [5, 'REFUSED: the server does not want to answer'],
    [9, 'the server answered with code 9'],
  ])('fails with code %i of the server, in words', async (flags, detail) => {
    const port = await answering(() => ({ flags }));
    expect(await ask(port)).toEqual({ ok: false, text: '', detail });
  });

  it('fails when records were left out', async () => {
    const port = await answering(() => ({ flags: 0x0200, answers: [a('10.0.0.1')] }));
    expect(await ask(port)).toMatchObject({ ok: false, detail: 'the answer is truncated' });
  });

  it('takes no answer for its own that has another number, and no question', async () => {
    const detail = 'what came back answers another question';
    const other = await answering(({ id = 0 }) => ({ id: (id + 1) & 0xffff }));
    expect(await ask(other)).toMatchObject({ ok: false, detail });
    const echo = await answering(() => ({ type: 'query' }));
    expect(await ask(echo)).toMatchObject({ ok: false, detail });
  });

  it('reads an answer that comes byte by byte', async () => {
    const port = await serving(async (socket, { id = 0 }) => {
      for (const byte of streamEncode({ type: 'response', id, answers: [a('10.0.0.1')] })) {
        await new Promise((done) => socket.write(Uint8Array.of(byte), done));
      }
    });
    expect(await ask(port)).toMatchObject({ ok: true, text: '10.0.0.1' });
  });

  it('fails when the server closes, before its answer or in it', async () => {
    const silent = await serving((socket) => socket.end());
    const detail = (port: number) => `port ${port} closed before its answer was complete`;
    expect(await ask(silent)).toEqual({ ok: false, text: '', detail: detail(silent) });
    const short = await serving((socket, { id = 0 }) => {
      socket.end(streamEncode({ type: 'response', id }).subarray(0, 9));
    });
    expect(await ask(short)).toEqual({ ok: false, text: '', detail: detail(short) });
  });

  it('fails with what is no message', async () => {
    const port = await serving((socket) => socket.end('\x00\x03abc'));
    expect(await ask(port)).toMatchObject({ ok: false, detail: 'the answer cannot be read' });
  });

  it('is not answered where nothing listens', async () => {
    const port = await freePort();
    const detail = `nothing accepts connections at 127.0.0.1:${port} of node-1`;
    expect(await ask(port)).toEqual({ ok: false, text: '', detail });
  });

  it('ends in time when the server says nothing, and lets go of its channel', async () => {
    const port = await serving(() => {});
    expect(await ask(port, 'A', 200)).toMatchObject({ detail: 'no answer within 0.2 s' });
    await expect.poll(() => servers.open).toBe(0);
  });
});
