import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canHold, judge, type NodeMatch, type On, OnSchema } from '../../../src/probes/judge.ts';

const say = (matched: boolean, detail: string, ordinal: number): NodeMatch => ({
  node: `node-${ordinal}`,
  matched,
  detail,
  said: detail,
});
const manyResults = fc
  .array(fc.boolean(), { minLength: 1, maxLength: 9 })
  .map((all) => all.map((matched, index) => say(matched, matched ? 'yes' : 'no', index + 1)));
const count = (results: readonly NodeMatch[]) => results.filter(({ matched }) => matched).length;

describe('judging the answers of several nodes', () => {
  it('groups equal answers', () => {
    const results = [say(true, 'follower', 1), say(true, 'leader', 2), say(true, 'follower', 3)];
    expect(judge('every', results)).toEqual({
      ok: true,
      detail: 'node-1, node-3: follower; node-2: leader',
    });
  });

  it('says how many match and what was expected when they are not enough', () => {
    const results = [say(true, 'leader', 1), say(true, 'leader', 2), say(false, 'no match', 3)];
    expect(judge({ exactly: 1 }, results)).toEqual({
      ok: false,
      detail: '2 of 3 match, expected exactly 1: node-1, node-2: leader; node-3: no match',
    });
  });

  it('looks only at the nodes in question', () => {
    const results = [say(true, 'written', 1), say(false, 'no match', 2)];
    expect(judge('first', results)).toEqual({ ok: true, detail: 'node-1: written' });
    expect(judge('others', results).detail).not.toContain('node-1');
  });

  it('holds for the others of a single node, whatever that one says', () => {
    expect(judge('others', [say(false, 'no match', 1)])).toEqual({
      ok: true,
      detail: 'there is no other node',
    });
  });

  it.each<On>(['every', 'first', 'any', 'others', { exactly: 0 }, { atLeast: 1 }])(
    'holds for no cluster without nodes: %j',
    (on) => {
      expect(judge(on, []).ok).toBe(false);
    },
  );

  it('counts', () => {
    fc.assert(
      fc.property(manyResults, fc.nat({ max: 10 }), (results, number) => {
        const matched = count(results);
        expect(judge('every', results).ok).toBe(matched === results.length);
        expect(judge('any', results).ok).toBe(matched > 0);
        expect(judge({ exactly: number }, results).ok).toBe(matched === number);
        expect(judge({ atLeast: number }, results).ok).toBe(matched >= number);
      }),
    );
  });

  it('splits every node into the first and the others', () => {
    fc.assert(
      fc.property(manyResults, (results) => {
        const both = judge('first', results).ok && judge('others', results).ok;
        expect(both).toBe(judge('every', results).ok);
      }),
    );
  });

  it('names or counts every node in question exactly once', () => {
    fc.assert(
      fc.property(manyResults, (results) => {
        const { detail } = judge('every', results);
        const named = detail.match(/node-\d+/g) ?? [];
        const counted = [...detail.matchAll(/(\d+) nodes/g)].map(([, count]) => Number(count));
        const all = counted.reduce((sum, count) => sum + count, named.length);
        expect(new Set(named).size).toBe(named.length);
        expect(all).toBe(results.length);
      }),
    );
  });
});

describe('judging whether nodes agree', () => {
  const results = ['a', 'b', 'a'].map((said, index) => say(true, said, index + 1));

  it('shows who said what when they do not', () => {
    expect(judge('every', results).ok).toBe(true);
    expect(judge('every', results, true)).toEqual({
      ok: false,
      detail: 'the answers differ: node-1, node-3: a; node-2: b',
    });
  });

  it('asks only those that are in question, and that match', () => {
    expect(judge('others', results.slice(1), true).ok).toBe(true);
    expect(judge('first', results, true).ok).toBe(true);
    const silent = results.map((each) => ({ ...each, matched: each.said === 'a' }));
    expect(judge({ atLeast: 2 }, silent, true).ok).toBe(true);
  });

  it('takes nothing for agreed that is not matched often enough', () => {
    const none = results.map((each) => ({ ...each, matched: false, said: '' }));
    expect(judge('every', none, true)).toEqual(judge('every', none));
  });

  it('holds exactly when all say the same', () => {
    const said = fc.array(fc.constantFrom('a', 'b', 'a\nb', ''), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(said, (all) => {
        const each = all.map((text, index) => say(true, text, index + 1));
        expect(judge('every', each, true).ok).toBe(new Set(all).size === 1);
      }),
    );
  });
});

describe('whether nodes can come to match', () => {
  it('is true exactly when some answers of those that can answer would be enough', () => {
    const on = fc.constantFrom<On>(
      ...(['every', 'first', 'any', 'others'] as const),
      ...[{ exactly: 0 }, { exactly: 1 }, { exactly: 2 }, { atLeast: 1 }, { atLeast: 3 }],
    );
    const nodes = fc.array(fc.boolean(), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(on, nodes, (which, able) => {
        const some = subsetsOf(able).some((matched) => {
          const results = matched.map((each, index) => say(each, '', index + 1));
          return judge(which, results).ok;
        });
        expect(canHold(which, able)).toBe(some);
      }),
    );
  });
});

/** Every way in which some of those that are marked, and no others, match. */
function subsetsOf(able: readonly boolean[]): readonly (readonly boolean[])[] {
  return able.reduce<readonly (readonly boolean[])[]>(
    (all, can) =>
      all.flatMap((each) => (can ? [true, false] : [false]).map((own) => [...each, own])),
    [[]],
  );
}

describe('on', () => {
  it.each(['every', 'first', 'any', 'others', { exactly: 1 }, { atLeast: 2 }])(
    'may be %j',
    (on) => {
      expect(OnSchema.parse(on)).toEqual(on);
    },
  );

  it.each(['all', { exactly: -1 }, { atLeast: 0 }, { exactly: 1, atLeast: 1 }, 3])(
    'may not be %j',
    (on) => {
      expect(OnSchema.safeParse(on).success).toBe(false);
    },
  );
});
