import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, test, vi } from 'vitest';
import type { Step } from '../../../src/node/step-kinds.ts';
import { look, put, told } from './fixtures.ts';
import { canRunLocalNode, startLocalNode } from './local-node.ts';

vi.setConfig({ testTimeout: 30_000 });

/** A port on which this process listens, until it is disposed of; the node sees the port, but no process of ours. */
async function takenPort(address = '127.0.0.1') {
  const server = createServer();
  server.listen(0, address);
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, [Symbol.asyncDispose]: async () => void server.close() };
}

function portStep(
  number: number,
  more: Partial<Extract<Step, { port: unknown }>['port']> = {},
): Step {
  return { port: { number, service: 'demo', ...more } };
}

describe.skipIf(!canRunLocalNode).each(['dash', 'bash'] as const)('a port under %s', (shell) => {
  test('is as wished when nobody listens there', async () => {
    await using node = await startLocalNode({ shell });
    const { port, ...server } = await takenPort();
    await server[Symbol.asyncDispose]();
    expect(told(await look(node, portStep(port)))).toEqual(['ok']);
    expect(told(await put(node, portStep(port)))).toEqual(['ok']);
  });

  test('that somebody else has is told by a look, and fails before anything of the service is done', async () => {
    await using node = await startLocalNode({ shell });
    await using taken = await takenPort();
    const { port } = taken;
    const taking = `port ${port}/tcp is taken by a process that cannot be seen`;
    expect(told(await look(node, portStep(port)))).toEqual([`would-change: ${taking}`]);
    const steps = [portStep(port), { file: { path: '/srv/later', content: 'x' } }];
    expect(told(await put(node, ...steps))).toEqual([
      `failed: ${taking}: demo cannot listen there before it is gone`,
    ]);
    expect(await node.sh('ls /srv')).toBe('');
  });

  test('is free on an address on which nobody listens, but not where somebody listens on all', async () => {
    await using node = await startLocalNode({ shell });
    await using one = await takenPort('127.0.0.2');
    expect(told(await look(node, portStep(one.port, { addresses: ['127.0.0.3'] })))).toEqual([
      'ok',
    ]);
    expect(
      told(await look(node, portStep(one.port, { addresses: ['127.0.0.1', '127.0.0.2'] }))),
    ).not.toEqual(['ok']);
    await using all = await takenPort('0.0.0.0');
    expect(told(await look(node, portStep(all.port, { addresses: ['127.0.0.3'] })))).not.toEqual([
      'ok',
    ]);
    await using six = await takenPort('::');
    expect(told(await look(node, portStep(six.port, { addresses: ['127.0.0.3'] })))).not.toEqual([
      'ok',
    ]);
  });

  test('is told where a socket of IPv6 has the address of IPv4, as those of Java do', async () => {
    await using node = await startLocalNode({ shell });
    await using one = await takenPort('::ffff:127.0.0.2');
    const answerFor = async (address: string) =>
      told(await look(node, portStep(one.port, { addresses: [address] })));
    expect(await answerFor('127.0.0.2')).toEqual([
      `would-change: port ${one.port}/tcp is taken by a process that cannot be seen`,
    ]);
    expect(await answerFor('127.0.0.3')).toEqual(['ok']);
  });

  test('of one protocol is another than the same of the other one', async () => {
    await using node = await startLocalNode({ shell });
    await using taken = await takenPort();
    expect(told(await look(node, portStep(taken.port, { protocol: 'udp' })))).toEqual(['ok']);
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    const [answer] = told(await look(node, portStep(port, { protocol: 'udp' })));
    socket.close();
    expect(answer).toMatch(/^would-change: port \d+\/udp is taken/);
  });

  test('that a process of the node has is told with its name', async () => {
    await using node = await startLocalNode({ shell });
    const { port, ...server } = await takenPort();
    await server[Symbol.asyncDispose]();
    const script = `require("net").createServer().listen(${port}, "127.0.0.1", () => console.log("on"))`;
    await node.sh(`setsid ${process.execPath} -e '${script}' >/srv/out 2>&1 </dev/null &
      until [ -s /srv/out ]; do sleep 0.01; done`);
    const [answer] = told(await look(node, portStep(port)));
    expect(answer).toMatch(/^would-change: port \d+\/tcp is taken by \S+ \(process \d+\)$/);
  });
});
