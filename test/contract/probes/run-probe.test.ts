import { createServer as createWebServer } from 'node:http';
import { createServer, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { DeployerError } from '../../../src/errors.ts';
import { runProbe } from '../../../src/probes/run-probe.ts';
import { connect } from '../../../src/remote/connect.ts';
import type { Remote } from '../../../src/remote/remote.ts';
import { freePort } from '../../support/free-port.ts';
import { canHaveMachines } from '../../support/images.ts';
import { createLocalServers } from '../support/local-servers.ts';
import { startProxy } from '../support/proxy.ts';
import { deps as connectDeps, type Sshd, startSshd } from '../support/sshd.ts';

const deps = { timeoutMs: 3_000, clock: systemClock };
let sshd: Sshd;
let remote: Remote;
const servers = createLocalServers();
const { listen } = servers;

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

describe.skipIf(!canHaveMachines)('a tcp probe', () => {
  const answering = (answer: (socket: Socket, sent: string) => void) =>
    listen(createServer((socket) => socket.on('data', (sent) => answer(socket, sent.toString()))));

  it('needs only an accepted connection when it sends nothing', async () => {
    const port = await listen(createServer());
    expect(await runProbe({ tcp: { port } }, remote, deps)).toEqual({
      ok: true,
      text: '',
      detail: `port ${port} accepts connections`,
    });
  });

  it('reads what is answered until the service closes', async () => {
    const port = await answering((socket, sent) => {
      socket.write(`got ${sent}\n`);
      setTimeout(() => socket.end('Mode: leader\n'), 50);
    });
    expect(await runProbe({ tcp: { port, send: 'srvr' } }, remote, deps)).toEqual({
      ok: true,
      text: 'got srvr\nMode: leader\n',
      detail: 'got srvr',
    });
  });

  it('reads until a service that keeps the connection open falls quiet', async () => {
    const port = await answering((socket) => socket.write('+PONG\r\n'));
    const answer = await runProbe({ tcp: { port, send: 'PING\r\n' } }, remote, deps);
    expect(answer).toEqual({ ok: true, text: '+PONG\r\n', detail: '+PONG' });
  });

  it('reads no more than 64 KiB of a service that never stops', async () => {
    const port = await answering((socket) => {
      const more = () => {
        while (socket.writable && socket.write(Buffer.alloc(16_384, 'x')));
      };
      socket.on('drain', more);
      more();
    });
    const answer = await runProbe({ tcp: { port, send: 'x' } }, remote, deps);
    expect([answer.ok, answer.text.length]).toEqual([true, 65_536]);
  });

  it('is not answered where nothing listens', async () => {
    const port = await freePort();
    expect(await runProbe({ tcp: { port, send: 'srvr' } }, remote, deps)).toEqual({
      ok: false,
      text: '',
      detail: `nothing accepts connections at 127.0.0.1:${port} of node-1`,
    });
  });

  it('is not answered by a service that closes without a word', async () => {
    const port = await answering((socket) => socket.end());
    const answer = await runProbe({ tcp: { port, send: 'srvr' } }, remote, deps);
    expect(answer).toMatchObject({ ok: false, detail: `port ${port} closed without an answer` });
  });

  it('ends in time when the service says nothing', async () => {
    const port = await answering(() => {});
    const answer = await runProbe({ tcp: { port, send: 'x' } }, remote, {
      ...deps,
      timeoutMs: 200,
    });
    expect(answer).toEqual({ ok: false, text: '', detail: 'no answer within 0.2 s' });
  });

  it('lets go of its channel, whatever came of it', async () => {
    const port = await answering(() => {});
    await runProbe({ tcp: { port, send: 'x' } }, remote, { ...deps, timeoutMs: 100 });
    await expect.poll(() => servers.open).toBe(0);
  });
});

describe.skipIf(!canHaveMachines)('an http probe', () => {
  const serve = (status: number) =>
    listen(
      createWebServer(async (request, response) => {
        let body = '';
        for await (const chunk of request) body += chunk;
        response.writeHead(status);
        response.end(`${request.method} ${request.url} ${request.headers.host} ${body}`);
      }),
    );

  it('gives the body of a success', async () => {
    const port = await serve(200);
    expect(await runProbe({ http: { port, path: '/v1/leader?x=1' } }, remote, deps)).toEqual({
      ok: true,
      text: `GET /v1/leader?x=1 127.0.0.1:${port} `,
      detail: 'HTTP 200 OK',
    });
  });

  it('sends a body with its method', async () => {
    const port = await serve(201);
    const probe = { http: { port, path: '/', method: 'PUT' as const, body: 'né' } };
    const answer = await runProbe(probe, remote, deps);
    expect(answer).toMatchObject({ ok: true, text: `PUT / 127.0.0.1:${port} né` });
  });

  it('fails with any other status, and still gives the body', async () => {
    const port = await serve(503);
    const answer = await runProbe({ http: { port, path: '/' } }, remote, deps);
    expect(answer).toMatchObject({ ok: false, detail: 'HTTP 503 Service Unavailable' });
    expect(answer.text).toContain('GET /');
  });

  it('ends in time when the server accepts and says nothing', async () => {
    const port = await listen(createServer((socket) => socket.resume()));
    const probe = { http: { port, path: '/' } };
    const answer = await runProbe(probe, remote, { ...deps, timeoutMs: 200 });
    expect(answer).toMatchObject({ ok: false, detail: 'no answer within 0.2 s' });
    await expect.poll(() => servers.open).toBe(0);
  });

  it('is not answered by something that does not speak http', async () => {
    const port = await listen(createServer((socket) => socket.end('imok')));
    const answer = await runProbe({ http: { port, path: '/' } }, remote, deps);
    expect(answer.ok).toBe(false);
  });
});

describe.skipIf(!canHaveMachines)('a command probe', () => {
  it('gives what the command wrote', async () => {
    const script = `printf '%s\\n' "it's" 'one "text"' $((1 + 1))`;
    expect(await runProbe({ command: script }, remote, deps)).toEqual({
      ok: true,
      text: `it's\none "text"\n2\n`,
      detail: "it's",
    });
  });

  it('fails with its exit code and first complaint', async () => {
    const answer = await runProbe({ command: 'echo out; echo no >&2; exit 3' }, remote, deps);
    expect(answer).toEqual({ ok: false, text: 'out\n', detail: 'exit code 3: no' });
  });

  it('sees an empty input', async () => {
    const answer = await runProbe({ command: 'cat; echo end' }, remote, deps);
    expect(answer).toMatchObject({ ok: true, text: 'end\n' });
  });

  it('ends in time, on the node as well', async () => {
    let pid = 0;
    const listening: Remote = {
      node: remote.node,
      needsSudo: false,
      openTcp: (port, host) => remote.openTcp(port, host),
      untilLost: (signal) => remote.untilLost(signal),
      close: () => remote.close(),
      exec: (line, options) =>
        remote.exec(line, {
          ...options,
          onStdout: (chunk) => {
            pid = Number(chunk);
          },
        }),
    };
    const command = 'echo $$; exec sleep 30';
    const answer = await runProbe({ command }, listening, { ...deps, timeoutMs: 300 });
    expect(answer).toMatchObject({ ok: false, detail: 'no answer within 0.3 s' });
    const alive = `kill -0 ${pid}`;
    await expect
      .poll(async () => (await runProbe({ command: alive }, remote, deps)).ok, { timeout: 3_000 })
      .toBe(false);
  });
});

describe.skipIf(!canHaveMachines)('every probe', () => {
  it('rejects with the reason of its signal', async () => {
    const port = await listen(createServer());
    const reason = new Error('enough');
    for (const probe of [
      { tcp: { port, send: 'x' } },
      { http: { port, path: '/' } },
      { dns: { port, name: 'consul', type: 'A' as const } },
      { command: 'sleep 5' },
    ]) {
      const abort = new AbortController();
      const asking = runProbe(probe, remote, { ...deps, signal: abort.signal });
      setTimeout(() => abort.abort(reason), 50);
      await expect(asking).rejects.toBe(reason);
    }
  });

  it('takes a lost connection for no answer, and the next one gets through', async () => {
    await using proxy = await startProxy(sshd.port);
    const other = await connect(sshd.target({ port: proxy.port }), connectDeps);
    const asking = runProbe({ command: 'sleep 1' }, other, deps);
    setTimeout(() => proxy.cut(), 100);
    expect(await asking).toMatchObject({ ok: false });
    expect(await runProbe({ command: 'echo up' }, other, deps)).toMatchObject({ text: 'up\n' });
    await other.close();
  });

  it('throws what no later attempt can mend', async () => {
    await using proxy = await startProxy(sshd.port);
    const refusal = new DeployerError('wrong-host-key', 'another machine');
    let checks = 0;
    const verifyHostKey = async () => {
      checks += 1;
      if (checks > 1) throw refusal;
    };
    const other = await connect(sshd.target({ port: proxy.port, verifyHostKey }), connectDeps);
    const asking = runProbe({ command: 'sleep 1' }, other, deps);
    setTimeout(() => proxy.cut(), 100);
    await asking;
    await expect(runProbe({ command: 'true' }, other, deps)).rejects.toBe(refusal);
    await other.close();
  });
});
