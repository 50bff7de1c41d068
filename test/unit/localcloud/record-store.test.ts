import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openRecord } from '../../../src/localcloud/record-store.ts';
import { instance } from './instance.ts';

let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'deployer-record-'));
});

afterEach(() => rm(directory, { recursive: true }));

describe.skipIf(process.platform !== 'linux')('openRecord', () => {
  test('keeps every one of many changes made at once, through several stores', async () => {
    const stores = [1, 2, 3].map(() => openRecord(directory, directory));
    await Promise.all(
      Array.from({ length: 30 }, (_, index) =>
        stores[index % 3]?.update((record) => {
          record.instances.push(instance({ id: `i-${index}` }));
        }),
      ),
    );
    const { instances } = await openRecord(directory, directory).read();
    expect(new Set(instances.map(({ id }) => id)).size).toBe(30);
    expect(await readdir(directory)).toEqual(['record.json']);
  });

  test('leaves the record as it was when a change throws, and the lock free', async () => {
    const store = openRecord(directory, directory);
    await store.update((record) => {
      record.instances.push(instance({ id: 'i-1' }));
    });
    const failing = store.update((record) => {
      record.instances.length = 0;
      throw new Error('no');
    });
    await expect(failing).rejects.toThrow('no');
    expect(await store.update((record) => record.instances.length)).toBe(1);
  });

  test('reads over a half-written successor that a killed process left', async () => {
    const store = openRecord(directory, directory);
    await store.update((record) => {
      record.instances.push(instance({ id: 'i-1' }));
    });
    await writeFile(join(directory, 'record.json.new'), '{"version":1,"inst');
    expect((await store.read()).instances).toHaveLength(1);
    await store.update(() => {});
    expect(await readdir(directory)).toEqual(['record.json']);
  });

  test('refuses a record that it does not understand', async () => {
    await writeFile(join(directory, 'record.json'), '{"version":3}');
    await expect(openRecord(directory, directory).read()).rejects.toMatchObject({
      code: 'cloud-record-damaged',
    });
  });

  test('reads what the first version wrote, with what has come since at its usual value', async () => {
    const { zone: _zone, groups: _groups, ...first } = instance({ id: 'i-1' });
    const record = {
      version: 1,
      network: { subnet: '10.77.0.0/20', nextHost: 5 },
      misbehaviour: { boot: 'never-ssh' },
      instances: [first],
      keyPairs: [],
    };
    await writeFile(join(directory, 'record.json'), JSON.stringify(record));
    expect(await openRecord(directory, directory).read()).toMatchObject({
      version: 2,
      network: record.network,
      misdeeds: [{ spec: 'never-ssh' }],
      instances: [{ ...first, zone: 'local-1a', groups: [] }],
      securityGroups: [],
    });
  });
});
