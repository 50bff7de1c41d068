import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import type { Probe } from '../../../src/probes/probe.ts';
import { runProbe } from '../../../src/probes/run-probe.ts';
import { connect } from '../../../src/remote/connect.ts';
import type { Remote } from '../../../src/remote/remote.ts';
import { freePort } from '../../support/free-port.ts';
import { canHaveMachines } from '../../support/images.ts';
import { type CqlScript, replicas, scriptedCqlServer } from '../support/cql-server.ts';
import { createLocalServers } from '../support/local-servers.ts';
import { deps as connectDeps, type Sshd, startSshd } from '../support/sshd.ts';

// The sshd and the driver are real ones. The servers are scripted: they stand in for Cassandra, and speak what the
// driver needs of its protocol.

const deps = { timeoutMs: 5_000, clock: systemClock };
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

async function serve(script: CqlScript = {}) {
  const { server, connections } = scriptedCqlServer(script);
  return { port: await servers.listen(server), connections };
}

type Settings = Extract<Probe, { cql: unknown }>['cql'];

function ask(settings: Settings, changes: Partial<typeof deps> = {}) {
  return runProbe({ cql: settings }, remote, { ...deps, ...changes });
}

describe.skipIf(!canHaveMachines)('a cql probe', () => {
  it('gives rows as lines, their values divided by tabs', async () => {
    const rows = [
      ['10.0.0.1', 'UN'],
      ['10.0.0.2', 'two\nlines'],
    ];
    const { port } = await serve({ answer: () => ({ columns: ['peer', 'state'], rows }) });
    expect(await ask({ port, query: 'SELECT peer, state FROM nodes' })).toEqual({
      ok: true,
      text: '10.0.0.1\tUN\n10.0.0.2\ttwo\\nlines',
      detail: '10.0.0.1\tUN',
    });
  });

  it('gives an empty text where there are no rows', async () => {
    const { port } = await serve({ answer: () => ({ columns: ['v'], rows: [] }) });
    const answer = await ask({ port, query: 'SELECT v FROM t' });
    expect(answer).toEqual({ ok: true, text: '', detail: 'no rows' });
  });

  it('gives an empty text for a statement that has no rows to give', async () => {
    const { port, connections } = await serve();
    const answer = await ask({ port, query: 'INSERT é', consistency: 'quorum' });
    expect(answer).toEqual({ ok: true, text: '', detail: 'done' });
    const quorum = 4;
    expect(connections).toEqual([{ statements: [{ text: 'INSERT é', consistency: quorum }] }]);
  });

  it('runs several statements in their order, in the keyspace, and gives the answer of the last', async () => {
    const { port, connections } = await serve({
      answer: (text) => (text === 'SELECT' ? { columns: ['v'], rows: [['written']] } : 'done'),
    });
    const answer = await ask({ port, query: ['CREATE', 'INSERT', 'SELECT'], keyspace: 'a"b' });
    expect(answer).toMatchObject({ ok: true, text: 'written' });
    const statements = connections.flatMap((each) => each.statements.map(({ text }) => text));
    expect(statements).toContain('USE "a""b"');
    expect(statements.filter((text) => !text.startsWith('USE'))).toEqual([
      'CREATE',
      'INSERT',
      'SELECT',
    ]);
  });

  it('stops at the first statement that fails', async () => {
    const { port, connections } = await serve({
      answer: (text) => (text === 'TWO' ? { error: 0x2200, message: 'no such table' } : 'done'),
    });
    const answer = await ask({ port, query: ['ONE', 'TWO', 'THREE'] });
    expect(answer).toEqual({ ok: false, text: '', detail: 'no such table' });
    expect(connections[0]?.statements.map(({ text }) => text)).toEqual(['ONE', 'TWO']);
  });

  it('lets the nodes agree on their tables before the next statement', async () => {
    const schemaVersions = ['2', '3', '1'];
    const { port } = await serve({ schemaVersions });
    expect(await ask({ port, query: ['CREATE', 'INSERT'] })).toMatchObject({ ok: true });
    expect(schemaVersions).toEqual(['1']);
  });

  it('goes on when they do not agree in good time', async () => {
    const hurried = {
      ...systemClock,
      monotonicMs: () => systemClock.monotonicMs() * 50,
      sleep: (ms: number, signal?: AbortSignal) => systemClock.sleep(ms / 50, signal),
    };
    const { port, connections } = await serve({ schemaVersions: ['2'] });
    const changes = { clock: hurried, timeoutMs: 50 * deps.timeoutMs };
    expect(await ask({ port, query: ['CREATE', 'INSERT'] }, changes)).toMatchObject({ ok: true });
    expect(connections[0]?.statements).toHaveLength(2);
  });

  it.each([
    ['unavailable: 1 of 2 replicas', 0x1000, 'Cannot achieve', replicas(4, 2, 1)],
    ['read timeout: 1 of 2 replicas answered', 0x1200, 'Timed out', replicas(5, 1, 2)],
    ['syntax error: line 1:0 no viable alternative', 0x2000, 'line 1:0 no viable alternative'],
    ['table nope does not exist', 0x2200, 'table nope does not exist\nmore'],
  ])('says %j in few words', async (detail, error, message, rest = Buffer.alloc(0)) => {
    const isDataPresent = Buffer.alloc(1);
    const { port, connections } = await serve({
      answer: () => ({ error, message, rest: Buffer.concat([rest, isDataPresent]) }),
    });
    const answer = await ask({ port, query: 'SELECT' });
    expect(answer).toEqual({ ok: false, text: '', detail });
    expect(connections.map(({ statements }) => statements.length)).toEqual([1]);
  });

  it('asks the one node and no other that it knows of', async () => {
    const peer = createServer();
    let dialled = 0;
    peer.on('connection', () => {
      dialled += 1;
    });
    peer.listen(9042, '127.0.7.7');
    await once(peer, 'listening');
    const { port, connections } = await serve({ peers: ['127.0.7.7'] });
    expect(await ask({ port, query: ['ONE', 'TWO'] })).toMatchObject({ ok: true });
    peer.close();
    await once(peer, 'close');
    expect([dialled, connections.length]).toEqual([0, 1]);
  });

  it('logs in where the server wants that', async () => {
    const { port } = await serve({ login: 'ann\0secret' });
    const login = { port, query: 'SELECT', username: 'ann' };
    expect(await ask({ ...login, password: 'secret' })).toMatchObject({ ok: true });
    expect(await ask({ ...login, password: 'guess' })).toMatchObject({
      ok: false,
      detail: 'not let in: wrong password',
    });
    expect(await ask({ port, query: 'SELECT' })).toMatchObject({
      ok: false,
      detail: 'the server wants a username and a password',
    });
  });

  it.each([
    ['as soon as it is greeted', { instead: (kind: number) => hangUpAt(kind, 1) }],
    ['before it is asked', { instead: (kind: number) => hangUpAt(kind, 5) }],
    ['when it is asked', { answer: () => 'hang up' as const }],
  ])('is not answered by a server that hangs up %s, and dials it once', async (_, script) => {
    const { port, connections } = await serve(script);
    const answer = await ask({ port, query: 'SELECT' });
    const detail = 'the connection ended before the answer';
    expect(answer).toEqual({ ok: false, text: '', detail });
    await expect.poll(() => servers.open).toBe(0);
    expect(connections).toHaveLength(1);
  });

  it.each([
    ['when it is greeted', { instead: (kind: number) => silenceAt(kind, 1) }],
    ['before it is asked', { instead: (kind: number) => silenceAt(kind, 5) }],
    ['when it is asked', { answer: () => 'silence' as const }],
  ])('ends in time when the server says nothing %s, and lets go of it', async (_, script) => {
    const { port } = await serve(script);
    const answer = await ask({ port, query: 'SELECT' }, { timeoutMs: 300 });
    expect(answer).toEqual({ ok: false, text: '', detail: 'no answer within 0.3 s' });
    await expect.poll(() => servers.open).toBe(0);
  });

  it.each([
    ['a web server', 'HTTP/1.1 400 Bad Request\r\n\r\n'],
    ['a Redis', '-ERR unknown command\r\n'],
    ['zeros', '\0'.repeat(64)],
    ['an older version of the protocol', '\x83\x00\x00\x00\x00\x00\x00\x00\x00'],
  ])('is not answered by %s', async (_, bytes) => {
    const server = createServer((socket) =>
      socket.once('data', () => socket.write(bytes, 'latin1')),
    );
    const port = await servers.listen(server);
    expect(await ask({ port, query: 'SELECT' })).toEqual({
      ok: false,
      text: '',
      detail: 'what answers there does not speak CQL',
    });
    await expect.poll(() => servers.open).toBe(0);
  });

  it('is not answered where nothing listens', async () => {
    const port = await freePort();
    expect(await ask({ port, query: 'SELECT' })).toEqual({
      ok: false,
      text: '',
      detail: `nothing accepts connections at 127.0.0.1:${port} of node-1`,
    });
  });
});

function hangUpAt(kind: number, at: number) {
  return kind === at ? 'hang up' : undefined;
}

function silenceAt(kind: number, at: number) {
  return kind === at ? 'silence' : undefined;
}
