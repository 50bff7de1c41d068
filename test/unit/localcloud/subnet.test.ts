import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  formatBlock,
  freeSubnet,
  gatewayOf,
  nextAddresses,
  parseBlock,
} from '../../../src/localcloud/subnet.ts';

describe('freeSubnet', () => {
  test('touches none of the blocks in use', () => {
    const blocks = fc.array(
      fc.record({
        base: fc.nat(2 ** 22 - 1).map((n) => 10 * 2 ** 24 + n * 4),
        prefix: fc.integer({ min: 9, max: 32 }),
      }),
    );
    fc.assert(
      fc.property(blocks, fc.nat(), (rough, seed) => {
        const taken = rough.map((block) => parseBlock(formatBlock(block)));
        const free = freeSubnet(taken, seed);
        if (free === undefined) return;
        const end = free.base + 2 ** 12;
        for (const block of taken) {
          expect(block.base >= end || block.base + 2 ** (32 - block.prefix) <= free.base).toBe(
            true,
          );
        }
      }),
    );
  });

  test('goes to another range when all of 10/8 is routed', () => {
    const free = freeSubnet([parseBlock('10.0.0.0/8')], 0);
    expect(free && formatBlock(free)).toBe('172.16.0.0/20');
  });

  test('is undefined when there is none', () => {
    expect(freeSubnet([parseBlock('0.0.0.0/1'), parseBlock('128.0.0.0/1')], 5)).toBeUndefined();
  });
});

describe('nextAddresses', () => {
  const subnet = parseBlock('10.77.0.0/29');

  test('goes round, so that an address comes back as late as possible', () => {
    const first = nextAddresses(subnet, 2, 2, new Set());
    expect(first).toEqual({ addresses: ['10.77.0.2', '10.77.0.3'], nextHost: 4 });
    expect(nextAddresses(subnet, 6, 2, new Set())).toEqual({
      addresses: ['10.77.0.6', '10.77.0.2'],
      nextHost: 3,
    });
  });

  test('leaves out what is used, and gives none rather than too few', () => {
    expect(nextAddresses(subnet, 2, 3, new Set(['10.77.0.3']))?.addresses).toEqual([
      '10.77.0.2',
      '10.77.0.4',
      '10.77.0.5',
    ]);
    expect(nextAddresses(subnet, 2, 5, new Set(['10.77.0.3']))).toBeUndefined();
  });

  test('never gives the gateway, the network or the broadcast address', () => {
    const all = nextAddresses(subnet, 2, 5, new Set())?.addresses ?? [];
    expect(new Set(all).size).toBe(5);
    expect(all).not.toContain(gatewayOf(subnet));
    expect(all).not.toContain('10.77.0.0');
    expect(all).not.toContain('10.77.0.7');
  });
});
