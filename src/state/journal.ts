import { dirname } from 'node:path';
import type { Clock } from '../clock.ts';
import { createBatcher } from './batcher.ts';
import {
  ensureClusterFolder,
  readIfThere,
  replaceDurably,
  syncFolder,
  withFile,
} from './durable-file.ts';
import {
  type Effect,
  EffectSchema,
  formatLine,
  type JournalLineBody,
  type Outcome,
  parseJournal,
} from './journal-line.ts';
import { assertPlainJson } from './plain-json.ts';
import { damagedState, writing } from './state-errors.ts';

/** An effect that was journalled; what {@link Journal.end} takes. */
export interface JournalEntry {
  /** Grows with every line, over all runs. */
  readonly seq: number;
  /** The id of the run that began it. */
  readonly run: string;
  /** When it began, ISO 8601. */
  readonly time: string;
  readonly effect: Effect;
}

/** The write-ahead journal of a cluster's outside effects. Append only while holding the cluster's lock. */
export interface Journal {
  /**
   * The entry, once the disk has it: only then may the effect be sent. Calls that come together share one fsync.
   *
   * @throws {DeployerError} `state-unwritable`; nothing was journalled, so nothing may be sent.
   * @throws {TypeError} when the request is not plain JSON.
   */
  begin(effect: Effect): Promise<JournalEntry>;
  /**
   * Records how an effect ended, of this run or an earlier one. Ending twice changes nothing.
   *
   * @throws {DeployerError} `state-unwritable`; the entry stays open, to be resolved by the next run.
   */
  end(entry: JournalEntry, outcome: Outcome): Promise<void>;
  /** What began and has not ended, oldest first: by this run so far, and by earlier ones that were cut short. */
  openEntries(): readonly JournalEntry[];
}

/** What {@link openJournal} needs. */
export interface JournalOptions {
  readonly file: string;
  /** The id of the run that appends. */
  readonly run: string;
  readonly clock: Clock;
  /** Above this size a journal whose entries have all ended starts anew. */
  readonly compactAboveBytes?: number;
}

/**
 * The journal, with its entries read; writes nothing, and a last line that was cut is left for the next append.
 *
 * @throws {DeployerError} `state-damaged`, `state-too-new`, `state-unreadable`
 */
export async function openJournal(options: JournalOptions): Promise<Journal> {
  const { file, run, clock, compactAboveBytes = 1024 * 1024 } = options;
  const content = parseJournal((await readIfThere(file)) ?? Buffer.alloc(0), file);
  const open = new Map<number, JournalEntry>();
  for (const line of content.lines) follow(open, line);
  let bytes = content.bytes;
  let seq = content.lines.at(-1)?.seq ?? 0;

  const append = createBatcher<JournalLineBody>(async (lines) => {
    const compacts = open.size === 0 && bytes > compactAboveBytes;
    const first = lines[0];
    if (compacts && first !== undefined) {
      const mark = { type: 'compacted', seq: first.seq - 1, time: first.time } as const;
      bytes = await restart(file, [mark, ...lines]);
    } else {
      bytes = await appendDurably(file, bytes, lines.map(formatLine).join(''));
    }
    for (const line of lines) follow(open, line);
  });
  const nextHead = () => {
    seq += 1;
    return { seq, run, time: new Date(clock.now()).toISOString() };
  };

  return {
    begin: async (effect) => {
      assertPlainJson(effect.request, `the request of ${effect.kind}`);
      const entry = { ...nextHead(), effect: EffectSchema.parse(effect) };
      await append({ type: 'begin', ...entry });
      return entry;
    },
    end: async (entry, outcome) => {
      if (!open.has(entry.seq)) return;
      assertPlainJson(outcome, `the outcome of ${entry.effect.kind}`);
      await append({ type: 'end', ...nextHead(), begin: entry.seq, outcome });
    },
    openEntries: () => [...open.values()],
  };
}

function follow(open: Map<number, JournalEntry>, line: JournalLineBody): void {
  if (line.type === 'end') open.delete(line.begin);
  if (line.type !== 'begin') return;
  const { seq, run, time, effect } = line;
  open.set(seq, { seq, run, time, effect });
}

/** The journal's new size. What an earlier, failed append left behind `size` is cut off first. */
async function appendDurably(file: string, size: number, text: string): Promise<number> {
  if (size === 0) await ensureClusterFolder(dirname(file));
  await writing(file, async () => {
    await withFile(file, 'a+', async (handle) => {
      if ((await handle.stat()).size < size) throw changedUnderneath(file);
      await handle.truncate(size);
      await handle.appendFile(text);
      await handle.datasync();
    });
    if (size === 0) await syncFolder(dirname(file));
  });
  return size + Buffer.byteLength(text);
}

async function restart(file: string, lines: readonly JournalLineBody[]): Promise<number> {
  const text = lines.map(formatLine).join('');
  await replaceDurably(file, text);
  return Buffer.byteLength(text);
}

function changedUnderneath(file: string): Error {
  return damagedState(
    `${file} became shorter while this run was using it`,
    'Something else changed it. Run the same command again: what is under way is found again.',
  );
}
