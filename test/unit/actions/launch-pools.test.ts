import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { launchGroups, subnetIn } from '../../../src/actions/launch-pools.ts';

const network = { groupIds: [], subnets: [] };
const plain = { zones: [], instanceTypes: ['small'], markets: ['on-demand'] } as const;

/** Nodes 1 to `count` on their first machine. */
function first(count: number) {
  return Array.from({ length: count }, (_, index) => ({ ordinal: index + 1, incarnation: 1 }));
}

describe('machines that are alike', () => {
  test('are one launch, however many', () => {
    const groups = launchGroups(first(1000), plain, network);
    expect(groups).toHaveLength(1);
    expect(groups[0]?.ordinals).toHaveLength(1000);
    expect(groups[0]?.pools).toEqual([{ instanceType: 'small', zone: null, market: 'on-demand' }]);
  });

  test('of different incarnations are launches of their own', () => {
    const changes = [...first(2), { ordinal: 3, incarnation: 2 }];
    expect(launchGroups(changes, plain, network).map(({ ordinals }) => ordinals)).toEqual([
      [1, 2],
      [3],
    ]);
  });
});

describe('zones', () => {
  test('are taken in turn by the ordinals, whichever nodes are launched', () => {
    const zones = ['a', 'b', 'c'];
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { minLength: 1 }),
        (ordinals) => {
          const changes = ordinals.map((ordinal) => ({ ordinal, incarnation: 1 }));
          const groups = launchGroups(changes, { ...plain, zones }, network);
          for (const { ordinals: own, pools } of groups) {
            for (const ordinal of own) expect(pools[0]?.zone).toBe(zones[(ordinal - 1) % 3]);
          }
          expect(groups.flatMap(({ ordinals: own }) => own).toSorted()).toEqual(
            ordinals.toSorted(),
          );
        },
      ),
    );
  });

  test('are those of the subnets where the profile names only these', () => {
    const subnets = [
      { id: 'subnet-1', zone: 'a' },
      { id: 'subnet-2', zone: 'b' },
    ];
    const groups = launchGroups(first(3), plain, { groupIds: [], subnets });
    expect(groups.map(({ ordinals, pools }) => [pools[0]?.zone, ordinals])).toEqual([
      ['a', [1, 3]],
      ['b', [2]],
    ]);
    expect(subnetIn({ groupIds: [], subnets }, 'b')).toBe('subnet-2');
    expect(subnetIn(network, 'b')).toBeNull();
  });
});

test('a node leaves its zone only when no type is to be had there, and the market last', () => {
  const profile = {
    ...{ zones: ['a', 'b'], instanceTypes: ['small', 'large'] },
    markets: ['spot', 'on-demand'] as const,
  };
  const [group] = launchGroups([{ ordinal: 2, incarnation: 1 }], profile, network);
  expect(group?.pools.map((pool) => Object.values(pool).join(' '))).toEqual([
    ...['small b spot', 'large b spot', 'small a spot', 'large a spot'],
    ...['small b on-demand', 'large b on-demand', 'small a on-demand', 'large a on-demand'],
  ]);
});

test('a zone without one of the subnets that are to be used is refused', () => {
  const subnets = [{ id: 'subnet-1', zone: 'a' }];
  const launch = () =>
    launchGroups(first(1), { ...plain, zones: ['a', 'b'] }, { groupIds: [], subnets });
  expect(launch).toThrow("none of the profile's subnets is in the zone b");
});
