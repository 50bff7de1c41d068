import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { listenLocally, loopback } from '../../../src/actions/listen-locally.ts';

async function connectTo(port: number): Promise<Socket> {
  const socket = connect(port, loopback);
  await once(socket, 'connect');
  return socket;
}

/** Answers with what was read, once the other side has ended. */
async function echo(socket: Socket): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) chunks.push(chunk);
  socket.end(Buffer.concat(chunks));
  await once(socket, 'close');
}

async function answerTo(socket: Socket, text: string): Promise<string> {
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk.toString('utf8');
  });
  socket.end(text);
  await once(socket, 'close');
  return answer;
}

it('a local port serves several connections at once, those made before it was served as well', async () => {
  await using port = await listenLocally(0);
  const early = await connectTo(port.port);
  await using _serving = port.serve(echo);
  const late = await connectTo(port.port);

  expect(await Promise.all([answerTo(early, 'one'), answerTo(late, 'two')])).toEqual([
    'one',
    'two',
  ]);
});

it('a local port that is taken is refused with a way out', async () => {
  await using port = await listenLocally(0);

  await expect(listenLocally(port.port)).rejects.toMatchObject({
    code: 'local-port-unavailable',
    exitCode: 2,
    message: `port ${port.port} of this computer is taken`,
    hint: expect.stringContaining('--local'),
  });
});

it('connections are ended and waited for when serving ends, and the port is free again', async () => {
  const port = await listenLocally(0);
  let ended = 0;
  const serving = port.serve(async (socket, signal) => {
    socket.resume();
    await once(signal, 'abort');
    ended += 1;
  });
  const socket = await connectTo(port.port);
  const closed = once(socket.resume(), 'close');
  const served = await connectTo(port.port);
  served.destroy();
  await serving[Symbol.asyncDispose]();
  await port[Symbol.asyncDispose]();
  await closed;

  expect(ended).toBeGreaterThan(0);
  await using again = await listenLocally(port.port);
  expect(again.port).toBe(port.port);
});
