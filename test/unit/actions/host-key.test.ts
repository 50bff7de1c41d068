import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkHostKey, consoleFingerprints } from '../../../src/actions/host-key.ts';
import { readHostKey } from '../../../src/remote/host-key.ts';
import { generatePrivateKey, publicKeyLine } from '../../../src/state/openssh-key.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { clusterIn } from './support/cluster.ts';
import { contextIn } from './support/run.ts';

const newFolder = temporaryFolders();
let cwd: string;
beforeEach(() => {
  cwd = newFolder();
});

const block = `
-----BEGIN SSH HOST KEY FINGERPRINTS-----
256 SHA256:1Hd2Jq3MO4Ha5cQF6zUgfTtVYv7bKpWcRr8sXyZaBcD root@ip-10-0-0-5 (ED25519)
3072 SHA256:zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz root@ip-10-0-0-5 (RSA)
-----END SSH HOST KEY FINGERPRINTS-----
`;

test("the ed25519 fingerprint is read out of a booting machine's console", () => {
  const text = `[    0.1] Booting\ncloud-init: ${block}login:`;
  expect(consoleFingerprints(text)).toEqual(['SHA256:1Hd2Jq3MO4Ha5cQF6zUgfTtVYv7bKpWcRr8sXyZaBcD']);
});

test('a console that has not come that far shows none', () => {
  expect(consoleFingerprints('')).toEqual([]);
  expect(consoleFingerprints(block.slice(0, 60))).toEqual([]);
});

function newKey() {
  const line = publicKeyLine(generatePrivateKey('test'), 'test') ?? '';
  return readHostKey(Buffer.from(line.split(' ')[1] ?? '', 'base64'));
}

/** A cluster, and how it takes the keys that its machines show. */
async function door({ console = '' } = {}) {
  const context = contextIn(cwd);
  const cluster = await clusterIn(cwd, 'zookeeper', 3, {
    can: { consoleOutput: async () => console },
  });
  const peer = { certificate: () => Promise.reject(new Error('nobody asks for it')) };
  const names = ['10.0.0.1'];
  const shows = (id: string, key: ReturnType<typeof newKey>, pins = true) =>
    checkHostKey(
      cluster,
      { node: 'n-1', machineId: id, names, port: 22, key, peer },
      { pins, context },
    );
  return { context, hostKeys: cluster.state.hostKeys, shows };
}

describe('C7: a machine that was seen before', () => {
  test('is refused with another key, and both fingerprints are shown', async () => {
    const [own, other] = [newKey(), newKey()];
    const { hostKeys, shows } = await door();
    await hostKeys.pin('i-1', own);
    await shows('i-1', own);
    await expect(shows('i-1', other)).rejects.toMatchObject({
      code: 'wrong-host-key',
      excerpt: `expected ${own.fingerprint}\nanswered ${other.fingerprint}`,
    });
    expect(await hostKeys.accepted('i-1')).toMatchObject([{ base64: own.base64 }]);
  });

  test('says nothing about another one at its address', async () => {
    const [own, other] = [newKey(), newKey()];
    const shown = `-----BEGIN SSH HOST KEY FINGERPRINTS-----
256 ${other.fingerprint} root@ip (ED25519)
-----END SSH HOST KEY FINGERPRINTS-----`;
    const { hostKeys, shows } = await door({ console: shown });
    await hostKeys.pin('i-1', own);
    await shows('i-2', other);
    expect(await hostKeys.pinned('i-2')).toMatchObject({ base64: other.base64 });
  });
});

describe('C8: a machine that was given its key', () => {
  test('may show that or its own until it has shown its own', async () => {
    const [given, own, other] = [newKey(), newKey(), newKey()];
    const { hostKeys, shows } = await door();
    await hostKeys.pin('i-1', given, 'token-1');
    await shows('i-1', given);
    await hostKeys.pinNext('i-1', own);
    await shows('i-1', given);
    await expect(shows('i-1', other)).rejects.toMatchObject({
      code: 'wrong-host-key',
      excerpt: expect.stringContaining(`${given.fingerprint} or ${own.fingerprint}`),
    });
    await shows('i-1', own, false);
    expect(await hostKeys.accepted('i-1')).toHaveLength(2);
    await shows('i-1', own);
    await expect(shows('i-1', given)).rejects.toMatchObject({ code: 'wrong-host-key' });
  });
});

describe("a machine of one's own that is trusted at first sight", () => {
  /** Machines of a profile that says `hostKeys: pinned`, and what is told when one shows a key. */
  async function ownDoor() {
    const told: string[] = [];
    const cluster = await clusterIn(cwd, 'zookeeper', 3);
    const { profile } = cluster.request;
    const request = {
      configFile: join(cwd, 'config.yml'),
      credentials: { kind: 'static', name: 'own' } as const,
      profile: { ...profile, hostKeys: 'pinned' as const, knownHosts: 'known' },
    };
    const context = {
      ...contextIn(cwd),
      emit: (event: object) => void ('message' in event && told.push(String(event.message))),
    };
    const peer = { certificate: () => Promise.reject(new Error('nobody asks for it')) };
    const shows = (node: string, key: ReturnType<typeof newKey>, pins: boolean) => {
      const answering = { node, machineId: 'h1', names: ['h1'], port: 22, key, peer };
      return checkHostKey({ ...cluster, request }, answering, { pins, context });
    };
    return { told, shows, hostKeys: cluster.state.hostKeys };
  }

  test('is told of once, before it is a node', async () => {
    const key = newKey();
    const { told, shows, hostKeys } = await ownDoor();
    await shows('h1', key, false);
    expect(told).toEqual([`trusting host key ${key.fingerprint} of h1 at first sight`]);
    await shows('n-1', key, true);
    expect(told).toHaveLength(1);
    expect(await hostKeys.pinned('h1')).toMatchObject({ base64: key.base64 });
  });

  test('is refused where known_hosts has another key, and no news where it has this one', async () => {
    const [own, other] = [newKey(), newKey()];
    writeFileSync(join(cwd, 'known'), `h1 ${own.type} ${own.base64}\n`);
    const { told, shows, hostKeys } = await ownDoor();
    await expect(shows('h1', other, true)).rejects.toMatchObject({
      code: 'wrong-host-key',
      excerpt: expect.stringContaining(own.base64),
    });
    expect(await hostKeys.pinned('h1')).toBeNull();
    await shows('h1', own, true);
    expect(await hostKeys.pinned('h1')).toMatchObject({ base64: own.base64 });
    expect(told).toEqual([]);
  });
});
