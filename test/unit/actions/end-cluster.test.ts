import { afterEach, beforeEach, expect, test } from 'vitest';
import { endCluster } from '../../../src/actions/end-cluster.ts';
import {
  cluster,
  keyName,
  launchRequest,
  noSecrets,
  openPaperEc2,
  type PaperEc2,
  publicKey,
} from '../../support/paper-ec2.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { sampleContent } from '../state/support/sample-snapshot.ts';
import { clusterIn } from './support/cluster.ts';
import { contextIn, inRun } from './support/run.ts';

const newFolder = temporaryFolders();
let paper: PaperEc2;

beforeEach(async () => {
  paper = await openPaperEc2();
  await paper.provider.importKey(cluster, keyName, publicKey);
});

afterEach(() => paper.remove());

async function launch(protect = false): Promise<readonly string[]> {
  const machines = await paper.provider.launch(launchRequest({ protect }), noSecrets);
  return machines.map(({ id }) => id);
}

/** Ends the cluster as another process does, which remembers these machines. */
async function end(forceUnprotect: boolean, remembered: readonly string[] = []) {
  const { provider } = await paper.reopened();
  const cwd = newFolder();
  const context = { ...contextIn(cwd), clock: paper.clock };
  const ended = await clusterIn(cwd, 'zookeeper', 3, { can: provider });
  return inRun(ended, context, async (run) => {
    const nodes = remembered.map((instanceId, index) => ({
      ...{ ordinal: index + 1, incarnation: 1, roles: [], instanceId },
    }));
    await run.save(sampleContent({ uid: cluster.uid, nodes }));
    return endCluster(run, cluster.uid, forceUnprotect);
  });
}

async function untag(id: string, ...keys: readonly string[]): Promise<void> {
  const { sdk, client } = paper.api;
  const Tags = keys.map((Key) => ({ Key }));
  await client.send(new sdk.DeleteTagsCommand({ Resources: [id], Tags }));
}

async function living(): Promise<readonly string[]> {
  const { instances } = await paper.cloud.host.store.read();
  return instances.filter(({ want }) => want !== 'terminated').map(({ id }) => id);
}

test.each([
  ['its place', ['deployer:ordinals', 'deployer:ordinal']],
  ['the round of its node', ['deployer:incarnation']],
  ["the cluster's uid", ['deployer:uid']],
])('a protected cluster of which one machine lost %s ends by force (B10, B16)', async (_, keys) => {
  const ids = await launch(true);
  await untag(ids[1] ?? '', ...keys);

  await expect(end(false)).rejects.toMatchObject({ code: 'protected' });
  expect(await living()).toHaveLength(3);

  expect((await end(true)).toSorted()).toEqual(ids.toSorted());
  expect(await living()).toEqual([]);
});

test.each([
  ['late for a moment', 'late:1s'],
  ['late for long', 'late:20s'],
])('machines that were just launched end although the cloud shows them %s', async (_, misdeed) => {
  await paper.misbehave(misdeed);
  const ids = await launch();

  expect((await end(false, ids)).toSorted()).toEqual(ids.toSorted());
  expect(await living()).toEqual([]);
});

test('a remembered machine that has ended is not ended again', async () => {
  const ids = await launch();
  await paper.provider.terminate(ids.slice(0, 1));
  paper.clock.pass(10_000);

  expect((await end(false, ids)).toSorted()).toEqual(ids.slice(1).toSorted());
});

test('a remembered machine that the cloud has forgotten is no error', async () => {
  await launch();
  expect(await end(false, ['i-0123456789abcdef0'])).toHaveLength(4);
  expect(await living()).toEqual([]);
});
