import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { DeployerError } from '../../../src/errors.ts';
import { type JournalOptions, openJournal } from '../../../src/state/journal.ts';
import type { Effect } from '../../../src/state/journal-line.ts';
import { seal } from '../../../src/state/seal.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const newFolder = temporaryFolders();
let file: string;
beforeEach(() => {
  file = join(newFolder(), 'zookeeper-default', 'journal');
});

function open(run = 'run-1', options: Partial<JournalOptions> = {}) {
  return openJournal({ file, run, clock: systemClock, ...options });
}

function launch(token: string): Effect {
  return { kind: 'launch', token, request: { count: 3, tags: { uid: 'ü' }, ordinals: [1, 2, 3] } };
}

async function tokens(): Promise<string[]> {
  return (await open()).openEntries().map(({ effect }) => effect.token);
}

describe('a journal', () => {
  it('is empty, and creates nothing, before the first effect', async () => {
    const journal = await open();
    expect(journal.openEntries()).toEqual([]);
    expect(existsSync(join(file, '..'))).toBe(false);
  });

  it('gives the next run what began and did not end, with the whole request', async () => {
    const journal = await open('run-1');
    const first = await journal.begin(launch('a'));
    const second = await journal.begin(launch('b'));
    await journal.end(first, { ok: true, detail: ['i-1'] });
    const next = await open('run-2');
    expect(next.openEntries()).toEqual([second]);
    expect(second).toMatchObject({ run: 'run-1', effect: launch('b') });
    expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('lets a later run end what an earlier one began, once', async () => {
    await (await open('run-1')).begin(launch('a'));
    const next = await open('run-2');
    const [entry] = next.openEntries();
    if (entry === undefined) throw new Error('nothing is open');
    await next.end(entry, { ok: false });
    const size = statSync(file).size;
    await next.end(entry, { ok: false });
    expect(statSync(file).size).toBe(size);
    expect(await tokens()).toEqual([]);
  });

  it('has an effect on disk before begin resolves', async () => {
    const journal = await open();
    await journal.begin(launch('a'));
    expect(await tokens()).toEqual(['a']);
  });

  it('keeps the order of effects that begin together, and numbers that always grow', async () => {
    const journal = await open();
    const names = Array.from({ length: 40 }, (_, index) => `t${index}`);
    const entries = await Promise.all(names.map((name) => journal.begin(launch(name))));
    expect(entries.map(({ seq }) => seq)).toEqual(names.map((_, index) => index + 1));
    expect(await tokens()).toEqual(names);
    const later = await (await open('run-2')).begin(launch('later'));
    expect(later.seq).toBe(41);
  });

  it('brings back any request as it was given', async () => {
    const requests = fc.jsonValue().filter((value) => !JSON.stringify(value).includes('__proto__'));
    const property = fc.asyncProperty(requests, async (request) => {
      rmSync(file, { force: true });
      await (await open()).begin({ ...launch('a'), request });
      const [entry] = (await open()).openEntries();
      expect(JSON.stringify(entry?.effect.request)).toBe(JSON.stringify(request));
    });
    await fc.assert(property, { numRuns: 50 });
  }, 60_000);

  it('refuses a request that JSON would change, and journals nothing', async () => {
    const journal = await open();
    for (const request of [{ key: new Uint8Array(2) }, [Number.NaN], new Date(), undefined]) {
      await expect(journal.begin({ ...launch('a'), request })).rejects.toThrow(TypeError);
    }
    expect(existsSync(file)).toBe(false);
  });
});

describe('a damaged journal', { timeout: 60_000 }, () => {
  it('keeps every complete line wherever it is cut, and grows on from there', async () => {
    const journal = await open();
    const entry = await journal.begin(launch('a'));
    await journal.begin(launch('b'));
    await journal.end(entry, { ok: true });
    const whole = readFileSync(file);
    const ends = [...whole.entries()].filter(([, byte]) => byte === 0x0a).map(([at]) => at + 1);
    const expected = [[], ['a'], ['a', 'b'], ['b']];
    for (let length = 0; length <= whole.length; length += 1) {
      writeFileSync(file, whole.subarray(0, length));
      const kept = expected[ends.filter((end) => end <= length).length] ?? [];
      expect(await tokens()).toEqual(kept);
      await (await open('run-2')).begin(launch('c'));
      expect(await tokens()).toEqual([...kept, 'c']);
    }
  });

  it('is read as it was or refused by name and line when any byte is changed', async () => {
    const journal = await open();
    await journal.begin(launch('a'));
    await journal.begin(launch('b'));
    const whole = readFileSync(file);
    const change = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }));
    const property = fc.asyncProperty(change, async ([at, value]) => {
      const changed = Buffer.from(whole);
      changed[at] = value;
      writeFileSync(file, changed);
      const found = await tokens().catch((error: unknown) => error);
      if (found instanceof DeployerError) {
        expect(found).toMatchObject({ code: 'state-damaged', hint: expect.any(String) });
        expect(found.message).toMatch(/journal:[12]:/);
      } else {
        // Only a last line that lost its end may go missing: to a reader it is one that was cut.
        expect([['a', 'b'], ['a']]).toContainEqual(found);
        if (at < whole.length - 1) expect(found).toEqual(['a', 'b']);
      }
      expect(readFileSync(file)).toEqual(changed);
    });
    await fc.assert(property, { numRuns: 400 });
  });

  it('is refused when lines were doubled or exchanged', async () => {
    const journal = await open();
    await journal.begin(launch('a'));
    const line = readFileSync(file);
    appendFileSync(file, line);
    await expect(open()).rejects.toMatchObject({ code: 'state-damaged' });
  });

  it.each([
    ['a newer version', { version: 2, type: 'begin' }],
    ['an unknown entry', { version: 1, type: 'lease', seq: 2, time: 'now' }],
    [
      'an unknown effect',
      {
        version: 1,
        type: 'begin',
        seq: 2,
        time: 'now',
        run: 'r',
        effect: { kind: 'reboot', token: 't', request: 1 },
      },
    ],
  ])('is refused, untouched, when it holds %s', async (_, body) => {
    await (await open()).begin(launch('a'));
    appendFileSync(file, `${seal(body)}\n`);
    const before = readFileSync(file);
    await expect(open()).rejects.toMatchObject({
      code: 'state-too-new',
      message: expect.stringContaining(`${file}:2`),
    });
    expect(readFileSync(file)).toEqual(before);
  });
});

describe('a journal that cannot be written', () => {
  it('rejects begin so that nothing is sent, and works again once the disk does', async () => {
    const journal = await open();
    await journal.begin(launch('a'));
    renameSync(file, `${file}.away`);
    mkdirSync(file);
    await expect(journal.begin(launch('b'))).rejects.toMatchObject({
      code: 'state-unwritable',
      message: expect.stringContaining(file),
    });
    rmdirSync(file);
    renameSync(`${file}.away`, file);
    await journal.begin(launch('c'));
    expect(journal.openEntries().map(({ effect }) => effect.token)).toEqual(['a', 'c']);
    expect(await tokens()).toEqual(['a', 'c']);
  });

  it('cuts off what a failed append left behind', async () => {
    const journal = await open();
    await journal.begin(launch('a'));
    appendFileSync(file, '{"sha256":"half a li');
    await journal.begin(launch('b'));
    expect(await tokens()).toEqual(['a', 'b']);
  });

  it('refuses to go on when something else shortened it', async () => {
    const journal = await open();
    await journal.begin(launch('a'));
    truncateSync(file, 3);
    await expect(journal.begin(launch('b'))).rejects.toMatchObject({ code: 'state-damaged' });
  });
});

describe('a large journal', () => {
  it('starts anew when everything in it has ended, and its numbers grow on', async () => {
    const journal = await open('run-1', { compactAboveBytes: 500 });
    for (let index = 0; index < 4; index += 1) {
      await journal.end(await journal.begin(launch(`t${index}`)), { ok: true });
    }
    const last = await journal.begin(launch('last'));
    expect(last.seq).toBe(9);
    expect(readFileSync(file, 'utf8')).not.toContain('"t0"');
    expect((await open()).openEntries()).toEqual([last]);
  });

  it('keeps everything while one effect is still open', async () => {
    const journal = await open('run-1', { compactAboveBytes: 10 });
    await journal.begin(launch('open'));
    await journal.end(await journal.begin(launch('closed')), { ok: true });
    await journal.begin(launch('next'));
    expect(await tokens()).toEqual(['open', 'next']);
    expect(readFileSync(file, 'utf8')).toContain('"closed"');
  });
});
