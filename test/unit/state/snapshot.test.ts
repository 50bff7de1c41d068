import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { DeployerError } from '../../../src/errors.ts';
import { seal } from '../../../src/state/seal.ts';
import { openSnapshot, type SnapshotStore } from '../../../src/state/snapshot.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { sampleContent } from './support/sample-snapshot.ts';

const newFolder = temporaryFolders();
let folder: string;
let file: string;
let store: SnapshotStore;
beforeEach(() => {
  folder = join(newFolder(), 'zookeeper-default');
  file = join(folder, 'snapshot.json');
  store = openSnapshot(folder, 'zookeeper-default');
});

async function writeTimes(times: number): Promise<void> {
  for (let i = 0; i < times; i += 1) await store.write(sampleContent());
}

describe('a snapshot', { timeout: 60_000 }, () => {
  it('is null, and leaves no folder, before it was ever written', async () => {
    expect(await store.read()).toEqual({ snapshot: null, notice: null });
    expect(existsSync(folder)).toBe(false);
  });

  it('is read as it was written, with a serial that grows by one', async () => {
    await writeTimes(2);
    const written = await store.write(sampleContent());
    expect(written).toEqual({ version: 1, serial: 3, ...sampleContent() });
    expect(await store.read()).toEqual({ snapshot: written, notice: null });
  });

  it('gets the next serial also when what was read before is written again', async () => {
    const first = await store.write(sampleContent());
    expect((await store.write({ ...first })).serial).toBe(2);
    expect((await store.write({ ...first })).serial).toBe(3);
  });

  it('keeps the five before it, newest first, all private', async () => {
    await writeTimes(8);
    const names = readdirSync(folder).sort();
    expect(names).toEqual(['snapshot.json', ...[1, 2, 3, 4, 5].map((n) => `snapshot.json.${n}`)]);
    const serials = names.map(
      (name) => JSON.parse(readFileSync(join(folder, name), 'utf8')).body.serial,
    );
    expect(serials).toEqual([8, 7, 6, 5, 4, 3]);
    for (const name of names) expect(statSync(join(folder, name)).mode & 0o777).toBe(0o600);
  });

  it('is what the caller gave, whatever JSON its parameters and recorded values hold', async () => {
    const isKept = (value: unknown) => !JSON.stringify(value).includes('__proto__');
    const values = fc.dictionary(fc.string(), fc.jsonValue()).filter(isKept);
    const property = fc.asyncProperty(values, values, async (params, recorded) => {
      const plain = JSON.parse(JSON.stringify({ params, recorded }));
      const content = sampleContent({
        request: { count: 3, params: plain.params },
        recorded: { components: {}, fixed: plain.recorded },
      });
      await store.write(content);
      const { snapshot } = await store.read();
      expect(JSON.stringify(snapshot)).toBe(
        JSON.stringify({ version: 1, serial: snapshot?.serial, ...content }),
      );
    });
    await fc.assert(property, { numRuns: 50 });
  });

  it('refuses what would not be read as it was given, and writes nothing', async () => {
    const hidden = JSON.parse('{"list": [{"__proto__": 1}]}');
    await expect(store.write(sampleContent({ recorded: hidden }))).rejects.toThrow(TypeError);
    const notANumber = { components: {}, fixed: { n: Number.NaN } };
    await expect(store.write(sampleContent({ recorded: notANumber }))).rejects.toThrow(
      'the snapshot.recorded.fixed.n is not plain JSON',
    );
    expect(existsSync(folder)).toBe(false);
  });

  it('falls back to the backup with a notice, and never uses a serial twice, wherever the file is cut', async () => {
    await writeTimes(3);
    const whole = readFileSync(file);
    for (let length = 0; length < whole.length - 1; length += 1) {
      writeFileSync(file, whole.subarray(0, length));
      const { snapshot, notice } = await store.read();
      expect(snapshot?.serial).toBe(2);
      expect(notice?.message).toContain(`${file}.1`);
    }
    expect((await store.write(sampleContent())).serial).toBe(4);
    expect(await store.read()).toMatchObject({ snapshot: { serial: 4 }, notice: null });
    expect(readFileSync(`${file}.damaged`)).toEqual(whole.subarray(0, whole.length - 2));
  });

  it('is either untouched or replaced by a backup when any byte is changed', async () => {
    await writeTimes(2);
    const whole = readFileSync(file);
    const { snapshot: current } = await store.read();
    const byte = fc.tuple(fc.nat(whole.length - 1), fc.integer({ min: 0, max: 255 }));
    const property = fc.asyncProperty(byte, async ([at, value]) => {
      const changed = Buffer.from(whole);
      changed[at] = value;
      writeFileSync(file, changed);
      const { snapshot, notice } = await store.read();
      if (notice === null) expect(snapshot).toEqual(current);
      else expect(snapshot?.serial).toBe(1);
    });
    await fc.assert(property, { numRuns: 300 });
  });

  it('skips damaged backups for the newest good one', async () => {
    await writeTimes(6);
    writeFileSync(file, '');
    writeFileSync(`${file}.1`, '{"sha256": "0", "body": {}}');
    rmSync(`${file}.2`);
    expect((await store.read()).snapshot?.serial).toBe(3);
    expect((await store.write(sampleContent())).serial).toBeGreaterThan(6);
  });

  it('is refused, and nothing overwritten, when no file is good', async () => {
    await writeTimes(2);
    writeFileSync(file, 'a');
    writeFileSync(`${file}.1`, 'b');
    const damaged = {
      code: 'state-damaged',
      message: expect.stringContaining(`${file}, ${file}.1`),
    };
    await expect(store.read()).rejects.toMatchObject(damaged);
    await expect(store.write(sampleContent())).rejects.toMatchObject(damaged);
    expect(readFileSync(file, 'utf8')).toBe('a');
    expect(readFileSync(`${file}.1`, 'utf8')).toBe('b');
  });

  it('is refused, and nothing overwritten, when a newer version wrote it', async () => {
    await writeTimes(2);
    const newer = seal({ version: 2, whatever: true });
    writeFileSync(file, newer);
    await expect(store.read()).rejects.toMatchObject({ code: 'state-too-new' });
    await expect(store.write(sampleContent())).rejects.toMatchObject({ code: 'state-too-new' });
    expect(readFileSync(file, 'utf8')).toBe(newer);
  });

  it("is refused when it is another cluster's", async () => {
    await writeTimes(1);
    const other = openSnapshot(folder, 'zookeeper-aws');
    await expect(other.read()).rejects.toMatchObject({ code: 'state-foreign' });
    const content = sampleContent({ uid: 'u-other' });
    await expect(store.write(content)).rejects.toMatchObject({ code: 'state-foreign' });
    expect((await store.read()).snapshot?.uid).toBe('u-4f1c');
  });

  it('stays as it was when the disk is full, and the error names the file and a remedy', async () => {
    await writeTimes(1);
    symlinkSync('/dev/full', `${file}.tmp`);
    const error = await store.write(sampleContent()).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DeployerError);
    expect(error).toMatchObject({
      code: 'state-unwritable',
      message: `cannot write ${file}: ENOSPC: no space left on device`,
      hint: expect.stringContaining('Free some space'),
    });
    expect(await store.read()).toMatchObject({ snapshot: { serial: 1 }, notice: null });
    expect((await store.write(sampleContent())).serial).toBe(2);
  });

  it('cannot be read when a folder is in its place', async () => {
    mkdirSync(file, { recursive: true });
    await expect(store.read()).rejects.toMatchObject({ code: 'state-unreadable' });
  });
});
