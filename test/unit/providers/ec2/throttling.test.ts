import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  cluster,
  keyName,
  launchRequest,
  noSecrets,
  openPaperEc2,
  type PaperEc2,
  publicKey,
} from '../../../support/paper-ec2.ts';

let paper: PaperEc2;

beforeEach(async () => {
  paper = await openPaperEc2();
  await paper.provider.importKey(cluster, keyName, publicKey);
});

afterEach(() => paper.remove());

function range(from: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, index) => from + index);
}

function callsOf(action: string) {
  return paper.calls.filter((call) => call.action === action);
}

test('a thousand machines are launched and ended by a call each, and looked at by one (B4)', async () => {
  await paper.misbehave('throttle');
  const machines = await paper.provider.launch(
    launchRequest({ ordinals: range(1, 1_000) }),
    noSecrets,
  );
  expect(machines).toHaveLength(1_000);
  expect(await paper.provider.describe(cluster.uid)).toHaveLength(1_000);
  await paper.provider.terminate(machines.map(({ id }) => id));
  expect(callsOf('RunInstances')).toHaveLength(1);
  expect(callsOf('DescribeInstances')).toHaveLength(1);
  expect(callsOf('TerminateInstances')).toHaveLength(1);
  expect(paper.throttles).toEqual([]);
});

test('machines are named as fast as the bucket lets, without being refused once (B4)', async () => {
  await paper.misbehave('throttle');
  const machines = await paper.provider.launch(
    launchRequest({ ordinals: range(1, 130) }),
    noSecrets,
  );
  const startedMs = paper.clock.monotonicMs();
  await paper.provider.label(cluster, machines);
  const described = await paper.provider.describe(cluster.uid);
  expect(described.every(({ isLabelled }) => isLabelled)).toBe(true);
  expect(callsOf('CreateTags')).toHaveLength(130);
  expect(paper.calls.filter(({ status }) => status === 503)).toEqual([]);
  // A hundred calls are free, and the others are ten a second.
  expect(paper.clock.monotonicMs() - startedMs).toBeLessThanOrEqual(4_000);
});

test('launches of several groups wait for the tokens that machines cost (B4)', async () => {
  await paper.misbehave('throttle');
  const startedMs = paper.clock.monotonicMs();
  await paper.provider.launch(launchRequest({ ordinals: range(1, 900) }), noSecrets);
  await paper.provider.launch(launchRequest({ ordinals: range(901, 200) }), noSecrets);
  expect(paper.calls.filter(({ status }) => status === 503)).toEqual([]);
  // 1,100 machines, of which 1,000 are free and the others are two a second.
  expect(paper.clock.monotonicMs() - startedMs).toBeGreaterThanOrEqual(49_000);
});

test('a cloud that refuses earlier than AWS is met with less, which is told, and nothing is lost (B4)', async () => {
  await paper.misbehave('throttle');
  // Somebody else of the same account has used up the bucket.
  const other = await paper.reopened();
  const machines = await paper.provider.launch(
    launchRequest({ ordinals: range(1, 120) }),
    noSecrets,
  );
  await other.provider.label(cluster, machines.slice(0, 60));
  await paper.provider.label(cluster, machines.slice(60));
  expect(paper.throttles[0]).toMatch(/^throttled by EC2, slowing CreateTags to \d+\.\d\/s$/);
  const described = await paper.provider.describe(cluster.uid);
  expect(described.every(({ isLabelled }) => isLabelled)).toBe(true);
  const refused = paper.calls.filter(({ status }) => status === 503);
  expect(refused.length).toBeLessThan(60);
});

test('the calls that were sent are counted by action (B4)', async () => {
  await paper.provider.describe(cluster.uid);
  await paper.provider.describe(cluster.uid);
  expect(paper.api.calls().get('DescribeInstances')).toBe(2);
});
