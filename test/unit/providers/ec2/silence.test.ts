import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { accountOf } from '../../../../src/providers/ec2/account.ts';
import { type Ec2Api, openEc2Api } from '../../../../src/providers/ec2/ec2-api.ts';
import { simulatedClock } from '../../../support/simulated-clock.ts';

vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

let server: Server;
let asked: Promise<void>;
const sockets: Socket[] = [];

beforeEach(async () => {
  server = createServer();
  asked = new Promise((resolve) => {
    server.on('connection', (socket) => {
      sockets.push(socket);
      socket.on('error', () => {}).on('data', () => resolve());
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(() => {
  vi.useRealTimers();
  for (const socket of sockets.splice(0)) socket.destroy();
  server.close();
});

function silentCloud(signal?: AbortSignal): Promise<Ec2Api> {
  const address = server.address();
  const port = typeof address === 'object' ? address?.port : undefined;
  const access = {
    ...{ region: 'x', endpoint: `http://127.0.0.1:${port}` },
    credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
  };
  const clock = simulatedClock();
  return openEc2Api(access, signal === undefined ? { clock } : { clock, signal });
}

test('a cloud that takes a call and never answers is unreachable after a while (B13)', async () => {
  const { sdk, client } = await silentCloud();
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  const launch = { ImageId: 'ami-1', MinCount: 1, MaxCount: 1 };
  const call = client.send(new sdk.RunInstancesCommand(launch));
  const outcome = expect(call).rejects.toMatchObject({
    code: 'cloud-unreachable',
    message: expect.stringContaining('60000 ms'),
    retryable: true,
  });
  await asked;
  vi.advanceTimersByTime(61_000);
  await outcome;
});

test('a stop is not held up by a question about the account', async () => {
  const stop = new AbortController();
  const question = accountOf(await silentCloud(stop.signal));
  const outcome = expect(question).rejects.toThrow('stopped');
  await asked;
  stop.abort(new Error('stopped'));
  await outcome;
});
