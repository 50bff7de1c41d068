import { afterEach, expect, test } from 'vitest';
import {
  cluster,
  keyName,
  launchRequest,
  noSecrets,
  openPaperEc2,
  type PaperEc2,
  publicKey,
} from '../support/paper-ec2.ts';

let paper: PaperEc2;

afterEach(() => paper.remove());

test('a thousand machines are launched by one call, all named afterwards, and trip no bucket (B4)', async () => {
  paper = await openPaperEc2();
  await paper.misbehave('throttle');
  await paper.provider.importKey(cluster, keyName, publicKey);
  const ordinals = Array.from({ length: 1_000 }, (_, index) => index + 1);
  const machines = await paper.provider.launch(launchRequest({ ordinals }), noSecrets);
  await paper.provider.label(cluster, machines);
  const described = await paper.provider.describe(cluster.uid);
  expect(described).toHaveLength(1_000);
  expect(described.every(({ isLabelled }) => isLabelled)).toBe(true);
  expect(paper.api.calls().get('RunInstances')).toBe(1);
  expect(paper.api.calls().get('CreateTags')).toBe(1_000);
  expect(paper.calls.filter(({ status }) => status === 503)).toEqual([]);
  await paper.provider.terminate(machines.map(({ id }) => id));
  expect(await paper.provider.sweep(cluster.uid)).toEqual([]);
}, 600_000);
