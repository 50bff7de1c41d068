import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { openClusterState } from '../../../src/state/cluster-state.ts';
import { compiled } from '../../support/compiled.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { sampleContent } from './support/sample-snapshot.ts';

const newFolder = temporaryFolders();
let program: string;
let module: string;
beforeAll(() => {
  program = mkdtempSync(join(tmpdir(), 'deployer-compiled-'));
  module = compiled(program, 'state/cluster-state');
}, 60_000);
afterAll(() => rmSync(program, { recursive: true, force: true }));

interface Told {
  serial: number;
  readonly begun: Set<string>;
  readonly ended: Set<string>;
}

/** What a writer told of its writes before it was killed, `ms` after the first of them. */
async function writeAndKill(root: string, ms: number): Promise<Told> {
  const told: Told = { serial: 0, begun: new Set(), ended: new Set() };
  const script = join(import.meta.dirname, 'support/state-writer.mjs');
  const content = JSON.stringify(sampleContent());
  const writer = fork(script, [module, root, content], { execArgv: [] });
  const exited = once(writer, 'exit');
  writer.on('message', (message: { serial?: number; begun?: string; ended?: string }) => {
    told.serial = message.serial ?? told.serial;
    if (message.begun !== undefined) told.begun.add(message.begun);
    if (message.ended !== undefined) told.ended.add(message.ended);
  });
  await Promise.race([once(writer, 'message'), exited]);
  await sleep(ms);
  writer.kill('SIGKILL');
  await exited;
  return told;
}

it('nothing that a killed run was told is written gets lost, and the next run goes on', async () => {
  const root = newFolder();
  const state = openClusterState({ root, cluster: 'zookeeper-default', clock: systemClock });
  for (let round = 0; round < 12; round += 1) {
    const told = await writeAndKill(root, round * 3);
    expect(told.begun.size).toBeGreaterThan(0);
    const { snapshot, notice } = await state.snapshot.read();
    expect(notice).toBeNull();
    expect(snapshot?.serial ?? 0).toBeGreaterThanOrEqual(told.serial);
    const journal = await state.journal('reader');
    const open = new Set(journal.openEntries().map(({ effect }) => effect.token));
    for (const token of told.ended) expect(open).not.toContain(token);
    const unended = [...told.begun].filter((token) => !told.ended.has(token));
    // The last one may have ended without anyone being told.
    expect(unended.length).toBeLessThanOrEqual(1);
    await using lock = await state.lock({
      who: 'reader',
      operation: 'status',
      signal: new AbortController().signal,
    });
    expect(lock.notice?.message).toContain('which has died');
    for (const entry of journal.openEntries()) await journal.end(entry, { ok: false });
  }
}, 60_000);
