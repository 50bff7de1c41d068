import { describe, expect, test } from 'vitest';
import { isFounded, unsettled, withRecorded } from '../../../src/actions/recorded-values.ts';
import type { ClusterSnapshot } from '../../../src/state/cluster-snapshot.ts';
import { modelOfText } from '../plan/model-of.ts';
import { sampleContent } from '../state/support/sample-snapshot.ts';

const founders = [{ ordinal: 1, incarnation: 1 }];
const settled = {
  components: { demo: { founders, values: { seeds: [1] }, nodes: { rack: { '1': 'a' } } } },
  fixed: { tokens: 16 },
};

const recipe = `recipe: demo
about: for tests
supports: [debian-12]
params:
  tokens: {type: integer, default: 16, about: tokens, fixed: data is placed by them}
  port: {type: integer, default: 80, about: port}
roles:
  node: {count: 2}
recorded:
  founders: {scope: cluster, value: founders}
  seeds: {scope: cluster, value: "{{nodes.0.ordinal}}"}
  rack: {scope: node, value: "{{node.zone}}"}
phases:
  - work: {steps: [{package: [demo]}]}
`;

/** A cluster of two nodes of which that was settled before. */
function snapshotOf(recorded: ClusterSnapshot['recorded']): ClusterSnapshot {
  const nodes = [1, 2].map((ordinal) => ({
    ...{ ordinal, incarnation: 1, roles: ['node'], instanceId: null },
  }));
  return { version: 1, serial: 1, ...sampleContent({ nodes, recorded }) };
}

/** What is settled still, when these nodes say how many bundles they have applied. */
function left(generations: Readonly<Record<number, number>>): ClusterSnapshot {
  const entries = Object.entries(generations).map(([key, value]) => [Number(key), value] as const);
  return unsettled(snapshotOf(settled), new Map(entries));
}

describe('what is settled with the first formation', () => {
  test('is open again while every node says that nothing was applied', () => {
    expect(left({ 1: 0, 2: 0 }).recorded).toEqual({ components: {}, fixed: {} });
    expect(isFounded(left({ 1: 0, 2: 0 }))).toBe(false);
  });

  test('stays once a bundle was applied', () => {
    expect(left({ 1: 0, 2: 1 }).recorded).toEqual(settled);
  });

  test('stays while one node cannot be asked: it may have founded already', () => {
    expect(left({ 2: 0 }).recorded).toEqual(settled);
    expect(left({}).recorded).toEqual(settled);
    expect(isFounded(left({}))).toBe(true);
  });
});

describe('what is kept for ever', () => {
  const open = snapshotOf({ components: {}, fixed: {} });

  test('is who founds, the values of the recipe, and the parameters that may not change', async () => {
    const model = await modelOfText(recipe, 2);
    const { components, fixed } = withRecorded(open, model).recorded;
    expect(fixed).toEqual({ tokens: 16 });
    expect(components['demo']).toEqual({
      founders: [
        { ordinal: 1, incarnation: 1 },
        { ordinal: 2, incarnation: 1 },
      ],
      values: {
        founders: [
          { ordinal: 1, incarnation: 1 },
          { ordinal: 2, incarnation: 1 },
        ],
        seeds: 1,
      },
      nodes: { rack: { '1': null, '2': null } },
    });
  });

  test('does not speak of a machine that is not there yet', async () => {
    const model = await modelOfText(recipe, 2);
    const record = model.recorded['demo'];
    if (record === undefined) throw new Error('demo has no record');
    const nodes = { rack: { '1': 'zone-a', '2': '‹demo-default-2.zone›' } };
    const kept = withRecorded(open, { ...model, recorded: { demo: { ...record, nodes } } });
    expect(kept.recorded.components['demo']?.nodes).toEqual({ rack: { '1': 'zone-a' } });
  });

  test('is not changed by what a parameter would be today', async () => {
    const model = await modelOfText(recipe, 2, { settings: { tokens: 8 } });
    expect(withRecorded(snapshotOf(settled), model).recorded.fixed).toEqual({ tokens: 16 });
  });
});
