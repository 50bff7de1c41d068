import { beforeEach, expect, test } from 'vitest';
import { applyBundle } from '../../../src/actions/apply-bundle.ts';
import { createTimeline } from '../../../src/engine/timeline.ts';
import type { Step } from '../../../src/node/step-kinds.ts';
import { placeholder } from '../../../src/plan/model.ts';
import type { ClusterSnapshot } from '../../../src/state/cluster-snapshot.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { stageNode, stageOf } from '../engine/stage-of.ts';
import { modelOfRecipe } from '../plan/model-of.ts';
import { sampleContent } from '../state/support/sample-snapshot.ts';
import { askedNodesOf } from './support/asked-nodes.ts';
import { clusterIn } from './support/cluster.ts';
import { machine } from './support/machine.ts';
import { contextIn, inRun } from './support/run.ts';

const newFolder = temporaryFolders();
let cwd: string;
beforeEach(() => {
  cwd = newFolder();
});

/** Sends node 1 a file with this content; nodes of this test answer nothing. */
async function send(content: string) {
  const [cluster, model] = [await clusterIn(cwd, 'hello', 1), await modelOfRecipe('hello', 1)];
  const context = contextIn(cwd);
  const snapshot: ClusterSnapshot = { version: 1, serial: 1, ...sampleContent() };
  let told = 0;
  const [asked] = askedNodesOf(model, () => {
    told += 1;
    return null;
  });
  const remote = asked?.remote;
  if (remote === undefined || remote === null) throw new Error('the cluster has a node');
  const reached = new Map([[1, { ordinal: 1, name: 'node-1', machine: machine(1), remote }]]);
  const step: Step = { file: { path: '/etc/demo', content } };
  const stage = stageOf(1, 1);
  const node = { ...stageNode(1), wishes: [{ id: 'work.1', phase: 'work', step }] };
  const outcome = await inRun(cluster, context, async (run) => {
    const artifacts = { steps: new Map(), deliverables: new Map() };
    const site = { run, model, snapshot, artifacts, reached, generations: new Map([[1, 0]]) };
    const timeline = createTimeline({ ...stage, nodes: [node] }, context);
    return applyBundle(site, node, stage, timeline);
  }).catch((error: unknown) => error);
  return { outcome, told };
}

test('a node is never told what only stands for an address, and the run may be said again', async () => {
  const { outcome, told } = await send(`server.2=${placeholder('hello-default-2', 'address')}\n`);
  expect(outcome).toMatchObject({ code: 'no-address', retryable: true });
  expect(told).toBe(0);
});

test('what a node is told may hold the marks of a placeholder otherwise', async () => {
  const { outcome, told } = await send('il dit ‹bonjour›\n');
  expect(outcome).not.toMatchObject({ code: 'no-address' });
  expect(told).toBeGreaterThan(0);
});
