import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fits, matchesHostNames, matchesPatterns } from '../../../src/ssh-config/patterns.ts';

const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?', '.'), maxLength: 12 });

describe('fits', () => {
  it('agrees with a regular expression on every pattern', () => {
    fc.assert(
      fc.property(letters, fc.string({ unit: fc.constantFrom('a', 'b', '.') }), (pattern, text) => {
        const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*').replaceAll('?', '.');
        expect(fits(pattern, text)).toBe(new RegExp(`^${source}$`).test(text));
      }),
    );
  });

  it('is not slow on patterns made to be', () => {
    expect(fits(`${'*a'.repeat(2_000)}b`, 'a'.repeat(4_000))).toBe(false);
  });
});

describe('matchesPatterns', () => {
  it('lets a negated pattern overrule all others, wherever it stands', () => {
    expect(matchesPatterns(['*', '!node-3'], 'node-3')).toBe(false);
    expect(matchesPatterns(['!node-3', '*'], 'node-3')).toBe(false);
    expect(matchesPatterns(['!node-3', '*'], 'node-2')).toBe(true);
  });

  it('takes capital letters for small ones only in names of hosts', () => {
    expect(matchesPatterns(['Node-*'], 'node-1')).toBe(false);
    expect(matchesHostNames(['Node-*'], 'node-1')).toBe(true);
  });

  it('matches nothing with negated patterns alone', () => {
    expect(matchesPatterns(['!node-3'], 'node-2')).toBe(false);
  });
});
