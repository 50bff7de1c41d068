import { describe, expect, test } from 'vitest';
import { recordedFounders, withFounders } from '../../../src/actions/founders.ts';
import type { ClusterSnapshot } from '../../../src/state/cluster-snapshot.ts';
import { sampleContent } from '../state/support/sample-snapshot.ts';

/** Nodes of these incarnations; these were founders before, if any were. */
function snapshotOf(
  incarnations: readonly number[],
  before: readonly number[] | null,
): ClusterSnapshot {
  const nodes = members(incarnations).map((node) => ({ ...node, roles: [], instanceId: null }));
  const recorded: ClusterSnapshot['recorded'] =
    before === null ? {} : { founders: members(before), token: 'kept' };
  return { version: 1, serial: 1, ...sampleContent({ nodes, recorded }) };
}

function members(incarnations: readonly number[]) {
  return incarnations.map((incarnation, index) => ({ ordinal: index + 1, incarnation }));
}

/** Who founds, when these nodes say how many bundles they have applied. */
function founders(snapshot: ClusterSnapshot, generations: Readonly<Record<number, number>>) {
  const entries = Object.entries(generations).map(([key, value]) => [Number(key), value] as const);
  return recordedFounders(withFounders(snapshot, new Map(entries)));
}

describe('the founders', () => {
  test('are all nodes when the first bundle is about to be sent, whoever can be asked', () => {
    expect(founders(snapshotOf([1, 1, 1], null), { 1: 0, 2: 0 })).toEqual(members([1, 1, 1]));
  });

  test('are counted again while every node says that nothing was applied', () => {
    const replaced = snapshotOf([1, 2, 1], [1, 1, 1]);
    expect(founders(replaced, { 1: 0, 2: 0, 3: 0 })).toEqual(members([1, 2, 1]));
    const grown = snapshotOf([1, 1, 1], [1]);
    expect(founders(grown, { 1: 0, 2: 0, 3: 0 })).toEqual(members([1, 1, 1]));
  });

  test('stay who they are once a bundle was applied', () => {
    const replaced = snapshotOf([1, 2, 1], [1, 1, 1]);
    expect(founders(replaced, { 1: 0, 2: 0, 3: 1 })).toEqual(members([1, 1, 1]));
  });

  test('stay who they are while one node cannot be asked: it may have founded already', () => {
    expect(founders(snapshotOf([1, 1, 1], [1]), { 2: 0, 3: 0 })).toEqual(members([1]));
    expect(founders(snapshotOf([1, 1, 1], [1]), {})).toEqual(members([1]));
  });

  test('are remembered beside what else is', () => {
    const { recorded } = withFounders(snapshotOf([2], [1]), new Map([[1, 0]]));
    expect(recorded).toEqual({ founders: members([2]), token: 'kept' });
  });
});
