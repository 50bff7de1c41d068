import { beforeAll, describe, expect, test } from 'vitest';
import type { ClusterModel } from '../../../src/plan/model.ts';
import { makePlan, type PlanInput } from '../../../src/plan/plan.ts';
import { type PlanDocument, planDocument } from '../../../src/plan/plan-document.ts';
import { formed, modelOfRecipe } from './model-of.ts';
import { allOk, differing, input, standing } from './observed.ts';

let model: ClusterModel;
beforeAll(async () => {
  model = await modelOfRecipe('zookeeper', 3);
});

function documentOf(
  given: ClusterModel,
  known: Partial<PlanInput> = {},
  more: {
    readonly unknown?: ReadonlyMap<number, string>;
    readonly texts?: ReadonlyMap<number, ReadonlyMap<string, string>>;
  } = {},
): PlanDocument {
  const planned = input(given, known);
  return planDocument({
    ...{ model: given, plan: makePlan(planned), standings: planned.standings },
    ...{ unknown: new Map(), texts: new Map(), ...more },
  });
}

const cfg = '/etc/zookeeper/zoo.cfg';

describe('the document of a plan', () => {
  test('tells all of a cluster that does not exist, with placeholders in its files', () => {
    const { nodes, order } = documentOf(model);

    expect(nodes.map(({ name }) => name)).toEqual([1, 2, 3].map((n) => `zookeeper-default-${n}`));
    expect(nodes[0]?.packages.length).toBeGreaterThan(0);
    const file = nodes[0]?.files.find(({ path }) => path === cfg);
    expect(file?.diff).toContain('--- /dev/null\n');
    expect(file?.diff).toContain('‹zookeeper-default-2.address›');
    expect(nodes[0]?.restarts).toEqual([{ service: 'zookeeper', action: 'start', reason: 'new' }]);
    expect(order).toMatchObject([{ event: 'first', atOnce: 3 }]);
  });

  test('says which input a service is restarted for, and who takes turns last', () => {
    const steps = { 'configure.1': null, 'start.1': 'restart' } as const;
    const ensemble = formed(model);
    const observed = [1, 2, 3].reduce((all, n) => differing(all, n, steps), allOk(ensemble));
    const standings = standing('zookeeper', [1, 2, 3], [2]);

    const { nodes, order } = documentOf(ensemble, { observed, standings });

    const reason = `file ${cfg} changes`;
    expect(nodes[0]?.restarts).toEqual([{ service: 'zookeeper', action: 'restart', reason }]);
    expect(order).toEqual([
      {
        service: 'zookeeper',
        event: 'update',
        nodes: ['zookeeper-default-1', 'zookeeper-default-3', 'zookeeper-default-2'],
        atOnce: 1,
        last: ['zookeeper-default-2'],
      },
    ]);
  });

  test('gives the words of the node where no input changes', () => {
    const ensemble = formed(model);
    const observed = differing(allOk(ensemble), 2, { 'start.1': 'restart' });
    const standings = standing('zookeeper', [1, 2, 3]);

    const { nodes } = documentOf(ensemble, { observed, standings });

    expect(nodes.map(({ restarts }) => restarts.map(({ reason }) => reason))).toEqual([
      [],
      ['differs'],
      [],
    ]);
  });

  test('keeps steps apart that are neither files nor packages, and tells each once', () => {
    const ensemble = formed(model);
    const observed = differing(allOk(ensemble), 1, { 'install.4': null, 'start.1': null });

    const { nodes } = documentOf(ensemble, { observed });

    expect(nodes[0]).toMatchObject({
      ...{ files: [], packages: [], restarts: [] },
      others: [
        { title: 'directory /etc/zookeeper', detail: 'differs' },
        { title: 'service zookeeper', detail: 'differs' },
      ],
    });
  });

  test('shows what is on the node against what is wished', () => {
    const ensemble = formed(model);
    const observed = differing(allOk(ensemble), 1, { 'configure.1': null });
    const texts = new Map([[1, new Map([[cfg, 'old=1\n']])]]);

    const { nodes } = documentOf(ensemble, { observed }, { texts });

    expect(nodes[0]?.files[0]?.diff).toContain('-old=1\n');
  });

  test('tells nothing of a node that could not be compared but why', () => {
    const unknown = new Map([[1, 'its machine is stopped']]);

    const [node] = documentOf(model, {}, { unknown }).nodes;

    expect(node).toMatchObject({
      ...{ unknown: 'its machine is stopped', files: [], packages: [], others: [], restarts: [] },
    });
  });

  test('leaves machines out that stay as they are', () => {
    const kept = { ordinal: 1, action: 'keep', machineId: 'i-1', incarnation: 1, reason: '' };
    const lost = { ...kept, ordinal: 2, action: 'replace', incarnation: 2, reason: 'terminated' };
    const machines = [kept, lost] as PlanInput['machines'];

    expect(
      documentOf(formed(model), { observed: allOk(formed(model)), machines }).machines,
    ).toEqual([
      { ordinal: 2, name: 'zookeeper-default-2', action: 'replace', reason: 'terminated' },
    ]);
  });
});
