import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { bringArtifacts } from '../../../src/actions/bring-artifacts.ts';
import { checkArtifacts } from '../../../src/actions/check-artifacts.ts';
import { fetchArtifacts } from '../../../src/actions/fetch-artifacts.ts';
import { installMaven } from '../../../src/actions/install-maven.ts';
import { settleArtifacts } from '../../../src/actions/settle-artifacts.ts';
import type { Deliverable } from '../../../src/artifacts/content.ts';
import { createTimeline } from '../../../src/engine/timeline.ts';
import { loadRecipe } from '../../../src/recipe/load.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { digestOf, sampleArtifact } from '../artifacts/support/sample-artifact.ts';
import { stageNode, stageOf } from '../engine/stage-of.ts';
import { canRunLocalNode, startLocalNode } from '../node/local-node.ts';
import { refusals } from '../recipe/recipe-folder.ts';
import { clusterIn } from './support/cluster.ts';
import { contextIn, inRun } from './support/run.ts';

const newFolder = temporaryFolders();
let cwd: string;
beforeEach(() => {
  cwd = newFolder();
});

const recipe = (sources: string) => `recipe: demo
about: for tests
supports: [debian-12]
params:
  version: {default: "1.0", about: version}
roles:
  server: {count: 1}
phases:
  - install:
      steps:
        - artifact:
            name: thing
            version: "{{params.version}}"
            sources: ${sources}
`;
const locked = '{default: {maven: {lock: "thing-{{params.version}}.lock"}}}';

async function demo(sources: string, files: Readonly<Record<string, string>> = {}) {
  for (const [name, text] of Object.entries({ 'recipes/demo.yml': recipe(sources), ...files })) {
    mkdirSync(join(cwd, name, '..'), { recursive: true });
    writeFileSync(join(cwd, name), text);
  }
  return loadRecipe('demo', { roots: [cwd], verbs: [] });
}

describe('checking a recipe', () => {
  const lock = `org.a:thing:1.0 ${'a'.repeat(64)} 5\n`;

  test('is content with a lock file for the default version', async () => {
    const files = { 'templates/demo/thing-1.0.lock': lock };
    await expect(checkArtifacts(await demo(locked, files))).resolves.toBeUndefined();
  });

  test('tells the place of a source without its lock file, and which there are', async () => {
    const checked = checkArtifacts(await demo(locked, { 'templates/demo/thing-0.9.lock': lock }));
    expect(await refusals(cwd, checked)).toEqual([
      'recipes/demo.yml:14:47 there is no lock file /templates/demo/thing-1.0.lock | there are: thing-0.9.lock',
    ]);
  });

  test('reads every lock file', async () => {
    const files = {
      'templates/demo/thing-1.0.lock': lock,
      'templates/demo/thing-2.0.lock': 'nonsense',
    };
    await expect(checkArtifacts(await demo(locked, files))).rejects.toMatchObject({
      code: 'bad-lock',
    });
  });
});

test('artifacts are settled with the folders of recipe and configuration, and fetch nothing', async () => {
  const content = digestOf('content').slice(7);
  await demo(`{own: {file: own/thing, checksum: {sha256: ${content}}}}`, {
    'own/thing': 'content',
  });
  writeFileSync(
    join(cwd, 'config.yml'),
    'profiles: {default: {credentials: local, image: i, instanceType: t}}\ncredentials: {local: {cloud: local}}\n',
  );
  const cluster = await clusterIn(cwd, 'demo', 1);
  const context = { ...contextIn(cwd), env: { DEPLOYER_CACHE: join(cwd, 'cache') } };
  const { steps, deliverables } = await settleArtifacts(cluster, false, context);
  expect([...steps.values()]).toMatchObject([{ artifact: { name: 'thing', version: '1.0' } }]);
  const [deliverable] = [...deliverables.values()];
  expect((await deliverable?.content())?.files).toMatchObject([{ size: 7 }]);
  expect(context.events).toEqual([]);
});

describe('what is fetched before there are machines', () => {
  const settled = (...all: readonly Deliverable[]) => ({
    steps: new Map(),
    deliverables: new Map(all.map((each) => [each.step.id, each] as const)),
  });
  const planFor = (...all: readonly Deliverable[]) => ({
    nodes: [1, 2].map((ordinal) => ({
      ...{ ordinal, name: `node-${ordinal}`, unrecorded: [] },
      changes: all.map(({ step }) => ({
        ...{ id: 'install.1', phase: 'install', phases: ['install'], title: '', detail: '' },
        ...{ found: null, verb: null },
        step: { artifact: step },
      })),
    })),
  });
  const withProfile = async (artifacts: 'push' | 'nodes') => {
    const { request } = await clusterIn(cwd, 'hello', 1);
    return { request: { ...request, profile: { ...request.profile, artifacts } } };
  };

  test('is what some node needs, once, shown as a phase', async () => {
    const [needed, other] = ['a', 'b'].map((content) =>
      sampleArtifact(cwd, { files: { x: content } }),
    );
    if (needed === undefined || other === undefined) throw new Error('two');
    const context = contextIn(cwd);
    await fetchArtifacts(
      await withProfile('push'),
      planFor(needed),
      settled(needed, other),
      context,
    );
    expect([needed.asked(), other.asked()]).toEqual([1, 0]);
    expect(context.events).toMatchObject([
      { type: 'phase-started', phase: 'fetch' },
      { type: 'phase-ended', phase: 'fetch', ok: true, done: 1, total: 1, detail: 'sample 1.0' },
    ]);
  });

  test('is nothing, without a word, where no node needs anything', async () => {
    const context = contextIn(cwd);
    const artifact = sampleArtifact(cwd, { files: { x: 'a' } });
    await fetchArtifacts(await withProfile('push'), planFor(), settled(artifact), context);
    expect([artifact.asked(), context.events]).toEqual([0, []]);
  });

  test('is not what nodes fetch by themselves', async () => {
    const own = sampleArtifact(cwd, { files: { x: 'a' }, urls: ['https://files.example/x'] });
    const sent = sampleArtifact(cwd, { files: { x: 'b' } });
    await fetchArtifacts(
      await withProfile('nodes'),
      planFor(own, sent),
      settled(own, sent),
      contextIn(cwd),
    );
    expect([own.asked(), sent.asked()]).toEqual([0, 1]);
  });

  test('fails as a phase when something is wrong with it', async () => {
    const context = contextIn(cwd);
    const artifact = sampleArtifact(cwd, { files: { x: 'a' } });
    const broken = { ...artifact, content: () => Promise.reject(new Error('404')) };
    const profile = await withProfile('push');
    const fetched = fetchArtifacts(profile, planFor(broken), settled(broken), context);
    await expect(fetched).rejects.toThrow('404');
    expect(context.events.at(-1)).toMatchObject({ type: 'phase-ended', ok: false, done: 0 });
  });
});

test.skipIf(!canRunLocalNode)(
  'a node gets the artifacts of its share before the share, told in the phase under way',
  async () => {
    await using remote = await startLocalNode();
    const artifact = sampleArtifact(cwd, { files: { x: 'content' } });
    const cluster = await clusterIn(cwd, 'hello', 1);
    const context = contextIn(cwd);
    const node = {
      ...stageNode(1),
      wishes: [
        { id: 'base.1', phase: 'base', step: { package: ['tar'] } },
        { id: 'install.1', phase: 'install', step: { artifact: artifact.step } },
      ],
    };
    await inRun(cluster, context, (run) =>
      bringArtifacts(
        {
          run,
          artifacts: { steps: new Map(), deliverables: new Map([[artifact.step.id, artifact]]) },
        },
        { remote },
        node,
        createTimeline({ ...stageOf(1, 1), phases: ['base', 'install'], nodes: [node] }, context),
      ),
    );
    const told = context.events.flatMap((event) =>
      event.type === 'phase-progress' ? [`${event.phase} ${event.node}: ${event.text}`] : [],
    );
    expect(told).toEqual([`base ${node.name}: sample 0.0 of 0.0 MB`]);
    expect(context.events).toContainEqual(
      expect.objectContaining({ type: 'phase-started', phase: 'base' }),
    );
    expect(await remote.sh(`cat /var/lib/deployer/artifacts/${artifact.step.id}/verified`)).toBe(
      `${artifact.step.files[0]?.digest}\n`,
    );
  },
);

test('Maven is not installed where that is not allowed, and the error says how it is', async () => {
  const context = contextIn(cwd);
  await expect(installMaven(false, context, () => {})).rejects.toMatchObject({
    code: 'maven-missing',
    exitCode: 2,
    hint: expect.stringContaining('apt-get install maven'),
  });
  expect(context.events).toEqual([]);
});
