import { Duplex } from 'node:stream';
import { beforeEach, describe, expect, test } from 'vitest';
import { dropSpentHostKeys, givenHostKey } from '../../../src/actions/given-host-keys.ts';
import { rotateHostKey } from '../../../src/actions/rotate-host-key.ts';
import { ConnectionLost } from '../../../src/errors.ts';
import type { Remote } from '../../../src/remote/remote.ts';
import { generatePrivateKey, publicKeyLine } from '../../../src/state/openssh-key.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { clusterIn } from './support/cluster.ts';
import { contextIn } from './support/run.ts';

const newFolder = temporaryFolders();
let cwd: string;
beforeEach(() => {
  cwd = newFolder();
});

const lost = () => new ConnectionLost('cut', true, { retryable: false });

/** A machine that makes a key, uses it and shows one, unless its connection is cut there. */
function machineThat(cutAt?: 'make' | 'use' | 'show') {
  const own = publicKeyLine(generatePrivateKey('own'), 'own') ?? '';
  let asked = 0;
  const remote: Remote = {
    node: 'n-1',
    needsSudo: false,
    exec: async (line, options) => {
      asked += 1;
      if (cutAt === (asked === 1 ? 'make' : 'use')) throw lost();
      const [first = '', second = ''] = line.split(' ').slice(-2);
      const frame = asked === 1 ? `t -${own}\n` : '';
      options?.onStdout?.(Buffer.from(`@${first}${second} ok\n${frame}.\n`));
      return { code: 0, signal: null, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
    },
    openTcp: async () => {
      if (cutAt === 'show') throw lost();
      const stream = new Duplex({ read: () => {}, write: (_chunk, _encoding, done) => done() });
      stream.push(`SSH-2.0-Test\r\n${packetOf(own)}`, 'latin1');
      return stream;
    },
    untilLost: () => new Promise(() => {}),
    close: async () => {},
  };
  return { own: own.split(' ')[1], remote };
}

/** The answer to a key exchange that shows the key: the only message that matters. */
function packetOf(line: string): string {
  const blob = Buffer.from(line.split(' ')[1] ?? '', 'base64');
  const length = (value: number) => {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return bytes;
  };
  const message = Buffer.concat([Buffer.from([31]), length(blob.length), blob]);
  const packet = Buffer.concat([length(1 + message.length), Buffer.from([0]), message]);
  return packet.toString('latin1');
}

async function rotated(cutAt?: 'make' | 'use' | 'show') {
  const context = contextIn(cwd);
  const cluster = await clusterIn(cwd, 'zookeeper', 3);
  const { hostKeys, secrets } = cluster.state;
  const line = await givenHostKey(cluster.state, 'token-1');
  const given = line.split(' ')[1] ?? '';
  await hostKeys.pin('i-1', { type: 'ssh-ed25519', base64: given }, 'token-1');
  const { own, remote } = machineThat(cutAt);
  const place = { machineId: 'i-1', remote, address: '10.0.0.1', port: 22 };
  const outcome = await rotateHostKey(cluster, place, context).catch((error: unknown) => error);
  const accepted = (await hostKeys.accepted('i-1')).map(({ base64 }) => base64);
  await dropSpentHostKeys(cluster.state);
  return { outcome, accepted, given, own, secrets: await secrets.names(), events: context.events };
}

describe('C8: a machine gets a host key of its own in place of the given one', () => {
  test('and is known by nothing else then; the given one is not kept', async () => {
    const { outcome, accepted, own, secrets } = await rotated();
    expect(outcome).toBeUndefined();
    expect(accepted).toEqual([own]);
    expect(secrets).toEqual([]);
  });

  test('cut off before it has made one it is known by the given one', async () => {
    const { outcome, accepted, given, secrets } = await rotated('make');
    expect(outcome).toBeInstanceOf(ConnectionLost);
    expect(accepted).toEqual([given]);
    expect(secrets).toEqual(['host-key.token-1']);
  });

  test('cut off while it begins to use its own, either is right', async () => {
    const { outcome, accepted, given, own, secrets } = await rotated('use');
    expect(outcome).toBeInstanceOf(ConnectionLost);
    expect(accepted).toEqual([given, own]);
    expect(secrets).toEqual(['host-key.token-1']);
  });

  test('not seen to use its own, either is right, which is told', async () => {
    const { outcome, accepted, given, own, events } = await rotated('show');
    expect(outcome).toBeUndefined();
    expect(accepted).toEqual([given, own]);
    expect(events).toMatchObject([{ type: 'notice', level: 'warning' }]);
  });
});
