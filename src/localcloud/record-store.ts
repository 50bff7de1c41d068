import { open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DeployerError } from '../errors.ts';
import { withLock } from './lock.ts';
import { type CloudRecord, CloudRecordSchema, emptyRecord } from './record.ts';

const lockWaitMs = 30_000;

/** The record of one cloud directory: read at any time, changed by one process at a time. */
export interface RecordStore {
  read(): Promise<CloudRecord>;
  /**
   * Resolves with what `change` returned once the record as `change` left it is on the disk. When `change` throws, or
   * the process dies, the record is as it was.
   */
  update<T>(change: (record: CloudRecord) => T): Promise<T>;
}

/** The record kept in `directory`/record.json; `lockName` is the same for all who open that directory. */
export function openRecord(directory: string, lockName: string): RecordStore {
  const file = join(directory, 'record.json');
  return {
    read: () => readRecord(file),
    update: (change) =>
      withLock(`${lockName}/record`, lockWaitMs, async () => {
        const record = await readRecord(file);
        const result = change(record);
        await replaceFile(directory, file, JSON.stringify(record));
        return result;
      }),
  };
}

async function readRecord(file: string): Promise<CloudRecord> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return emptyRecord();
    throw error;
  }
  try {
    return CloudRecordSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DeployerError(
      'cloud-record-damaged',
      `the local cloud's record ${file} cannot be read`,
      {
        cause,
        hint: 'It was written by another version or by hand. `deployer cloud down --all` removes that cloud with its machines.',
      },
    );
  }
}

async function replaceFile(directory: string, file: string, text: string): Promise<void> {
  const temporary = `${file}.new`;
  const handle = await open(temporary, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(temporary, file);
  const folder = await open(directory, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
