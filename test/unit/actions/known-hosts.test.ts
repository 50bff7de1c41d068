import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { checkCertificate } from '../../../src/actions/check-certificate.ts';
import { checkKnownHosts } from '../../../src/actions/known-hosts.ts';
import { systemClock } from '../../../src/clock.ts';
import { readHostKey } from '../../../src/remote/host-key.ts';
import { generatePrivateKey, publicKeyLine } from '../../../src/state/openssh-key.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { clusterIn } from './support/cluster.ts';

const newFolder = temporaryFolders();
let folder: string;
beforeEach(() => {
  folder = newFolder();
});

function newLine(): string {
  return publicKeyLine(generatePrivateKey('test'), 'test') ?? '';
}

/** A machine that shows the key of this line, and has no certificate. */
function showing(line: string) {
  const key = readHostKey(Buffer.from(line.split(' ')[1] ?? '', 'base64'));
  const peer = { certificate: () => Promise.reject(new Error('it has no certificate')) };
  return { node: 'n-1', names: ['10.0.0.1', 'n-1'], port: 22, key, peer };
}

/** A request whose profile says this of host keys, in a config.yml of the folder. */
async function requestWith(said: { knownHosts?: string; hostKeyAuthority?: string }) {
  const { request } = await clusterIn(folder, 'zookeeper', 3);
  const configFile = join(folder, 'config.yml');
  return { configFile, profile: { ...request.profile, ...said } };
}

describe('hostKeys: strict', () => {
  test('accepts what the file beside config.yml has, and names what it does not have', async () => {
    const [own, other] = [newLine(), newLine()];
    writeFileSync(join(folder, 'known'), `10.0.0.1 ${own}\n`);
    const request = await requestWith({ knownHosts: 'known' });
    await checkKnownHosts(request, showing(own), systemClock);
    await expect(checkKnownHosts(request, showing(other), systemClock)).rejects.toMatchObject({
      code: 'wrong-host-key',
      excerpt: expect.stringContaining(own.split(' ')[1] ?? '?'),
    });
    writeFileSync(join(folder, 'known'), '');
    await expect(checkKnownHosts(request, showing(own), systemClock)).rejects.toMatchObject({
      code: 'host-key-unknown',
      message: expect.stringContaining('SHA256:'),
      hint: expect.stringContaining('ssh-keyscan'),
    });
  });
});

describe('hostKeys: ca', () => {
  test('asks for the certificate whether the authority is a key or a file of one', async () => {
    const authority = newLine();
    writeFileSync(join(folder, 'ca.pub'), `${authority}\n`);
    for (const hostKeyAuthority of [authority, 'ca.pub']) {
      const request = await requestWith({ hostKeyAuthority });
      const checking = checkCertificate(request, showing(newLine()), systemClock);
      await expect(checking).rejects.toThrow('it has no certificate');
    }
  });

  test('says so when the authority is neither', async () => {
    const request = await requestWith({ hostKeyAuthority: 'nowhere.pub' });
    const checking = checkCertificate(request, showing(newLine()), systemClock);
    await expect(checking).rejects.toMatchObject({
      code: 'no-authority',
      message: expect.stringContaining(join(folder, 'nowhere.pub')),
    });
  });
});
