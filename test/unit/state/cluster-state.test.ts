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
import { beforeEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import {
  type ClusterState,
  listClusters,
  openClusterState,
} from '../../../src/state/cluster-state.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { sampleContent } from './support/sample-snapshot.ts';

const newFolder = temporaryFolders();
let root: string;
let state: ClusterState;
beforeEach(() => {
  root = join(newFolder(), 'deep', '.deployer');
  state = open('zookeeper-default');
});

function open(cluster: string): ClusterState {
  return openClusterState({ root, cluster, clock: systemClock });
}

function lock(of: ClusterState = state) {
  return of.lock({ who: 'run-1', operation: 'create', signal: new AbortController().signal });
}

async function fill(): Promise<void> {
  const journal = await state.journal('run-1');
  await journal.begin({ kind: 'launch', token: 't', request: {} });
  await state.secrets.clusterKey();
  for (let i = 0; i < 3; i += 1) await state.snapshot.write(sampleContent());
}

describe('the state of a cluster', () => {
  it('creates nothing while it is only read', async () => {
    expect((await state.snapshot.read()).snapshot).toBeNull();
    expect((await state.journal('run-1')).openEntries()).toEqual([]);
    expect(await state.hostKeys.pinned('i-1')).toBeNull();
    expect(await listClusters(root)).toEqual([]);
    expect(existsSync(root)).toBe(false);
  });

  it('lies in private folders that git ignores', async () => {
    await fill();
    expect(statSync(root).mode & 0o777).toBe(0o700);
    expect(statSync(state.folder).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('*\n');
  });

  it("leaves a .gitignore of the user's own alone", async () => {
    mkdirSync(root, { recursive: true });
    writeFileSync(join(root, '.gitignore'), 'mine\n');
    await fill();
    expect(readFileSync(join(root, '.gitignore'), 'utf8')).toBe('mine\n');
  });

  it('is listed once something is remembered, not while it is merely locked', async () => {
    await fill();
    await using held = await lock(open('hello-default'));
    mkdirSync(join(root, 'Not A Cluster'));
    expect(held.notice).toBeNull();
    expect(await listClusters(root)).toEqual(['zookeeper-default']);
  });

  it('is gone with its secrets and its folder when it is removed and the lock released', async () => {
    {
      await using held = await lock();
      await fill();
      await state.remove();
      expect(held.notice).toBeNull();
      expect(readdirSync(state.folder)).toEqual(['lock']);
    }
    expect(existsSync(state.folder)).toBe(false);
    expect(await listClusters(root)).toEqual([]);
    await state.remove();
  });

  it.each(['../evil', '', 'a/b', '.', 'UPPER', 'x'.repeat(64), '-a', 'a-'])(
    'refuses the cluster name %j',
    (name) => {
      expect(() => open(name)).toThrow(expect.objectContaining({ code: 'invalid-cluster-name' }));
    },
  );
});

describe('whether the state is writable', () => {
  it('is answered without leaving anything in the folder', async () => {
    await state.assertWritable();
    expect(readdirSync(state.folder)).toEqual([]);
  });

  it('is denied with the path and a remedy when the disk is full', async () => {
    await state.assertWritable();
    symlinkSync('/dev/full', join(state.folder, 'trial.tmp'));
    await expect(state.assertWritable()).rejects.toMatchObject({
      code: 'state-unwritable',
      message: `cannot write ${state.folder}: ENOSPC: no space left on device`,
      hint: expect.stringContaining('--state DIR'),
    });
  });

  it('is denied with the path and a remedy when a file is in the way', async () => {
    mkdirSync(join(root, '..'));
    writeFileSync(root, '');
    await expect(state.assertWritable()).rejects.toMatchObject({
      code: 'state-unwritable',
      message: expect.stringContaining(state.folder),
      hint: expect.stringContaining('A file stands where a folder is needed'),
    });
    rmSync(root);
  });
});
