import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { complete, least } from '../../../../src/providers/ec2/capabilities.ts';
import { openCapabilities } from '../../../../src/providers/ec2/capability-source.ts';
import { probeCapabilities } from '../../../../src/providers/ec2/probe-capabilities.ts';
import {
  cluster,
  keyName,
  openPaperEc2,
  type PaperEc2,
  publicKey,
} from '../../../support/paper-ec2.ts';

let paper: PaperEc2;

afterEach(() => paper.remove());

test.each([
  ['aws', { ...complete, idempotencyToken: false }],
  ['eucalyptus', { ...least, statusChecks: true }],
  ['openstack', { ...least, ed25519Import: true }],
] as const)('what a cloud like %s can do is found out by asking (B19)', async (name, expected) => {
  paper = await openPaperEc2(name, least);
  expect(await probeCapabilities(paper.api)).toMatchObject({
    ...expected,
    imdsV2: expect.any(Boolean),
  });
  expect((await paper.cloud.host.store.read()).keyPairs).toEqual([]);
});

test('a cloud is asked once: the next process reads what it answered (B19)', async () => {
  paper = await openPaperEc2('openstack');
  expect(await paper.capabilities.known()).toEqual(least);
  const found = await paper.capabilities.settled();
  const next = await paper.reopened();
  next.takeActions();
  expect(await next.capabilities.settled()).toEqual(found);
  expect(next.takeActions()).toEqual([]);
});

test('a cache that cannot be written is done without (B19)', async () => {
  paper = await openPaperEc2('eucalyptus');
  const file = join(mkdtempSync(join(tmpdir(), 'deployer-file-')), 'missing\0');
  const { ed25519Import } = await openCapabilities(paper.api, file).settled();
  expect(ed25519Import).toBe(false);
});

test('AWS is never asked (B19)', async () => {
  paper = await openPaperEc2();
  const api = { ...paper.api, access: { region: 'eu-central-1' } };
  expect(await openCapabilities(api, null).settled()).toEqual(complete);
  expect(paper.calls).toEqual([]);
});

test('where ed25519 keys cannot be imported the key pair is but a name (B19)', async () => {
  paper = await openPaperEc2('eucalyptus');
  await paper.provider.importKey(cluster, keyName, publicKey);
  await paper.provider.importKey(cluster, keyName, publicKey);
  const { keyPairs } = await paper.cloud.host.store.read();
  expect(keyPairs).toMatchObject([
    { name: keyName, publicKey: expect.stringMatching(/^ssh-rsa /) },
  ]);
  expect(keyPairs[0]?.tags).toContainEqual({ key: 'deployer:uid', value: cluster.uid });
});
