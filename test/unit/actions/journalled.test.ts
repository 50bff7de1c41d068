import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { journalled, resume } from '../../../src/actions/journalled.ts';
import { systemClock } from '../../../src/clock.ts';
import { DeployerError, Interrupted } from '../../../src/errors.ts';
import { openJournal } from '../../../src/state/journal.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'journalled-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const effect = { kind: 'launch', token: 'token', request: { ordinals: [1] } } as const;

function journal(run = 'run-1') {
  return openJournal({ file: join(folder, 'journal'), run, clock: systemClock });
}

async function openAfter(work: () => Promise<void>): Promise<number> {
  await journalled({ journal: await journal() }, effect, work).catch(() => undefined);
  return (await journal('run-2')).openEntries().length;
}

test('A1: an effect is on disk before it begins', async () => {
  let seen = 0;
  await journalled({ journal: await journal() }, effect, async () => {
    seen = (await journal('another')).openEntries().length;
  });
  expect(seen).toBe(1);
});

test('an effect that came about, or was refused, is settled', async () => {
  expect(await openAfter(async () => undefined)).toBe(0);
  expect(await openAfter(() => Promise.reject(new DeployerError('refused', 'no')))).toBe(0);
});

test.each([
  ['might be tried again', new DeployerError('busy', 'later', { retryable: true })],
  ['was interrupted', new Interrupted()],
])('A2: an effect that %s stays open, since it may have come about', async (_, error) => {
  expect(await openAfter(() => Promise.reject(error))).toBe(1);
});

test('A3: a later run goes on with an open effect and settles it', async () => {
  await openAfter(() => Promise.reject(new Interrupted()));
  const later = await journal('run-2');
  const [entry] = later.openEntries();
  if (entry === undefined) throw new Error('nothing is open');
  expect(entry.effect.request).toEqual({ ordinals: [1] });
  await resume({ journal: later }, entry, async () => undefined);
  expect((await journal('run-3')).openEntries()).toEqual([]);
});
