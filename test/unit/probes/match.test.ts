import { describe, expect, it } from 'vitest';
import { matches } from '../../../src/probes/match.ts';

const answered = (text: string) => ({ ok: true, text, detail: 'answered' });

describe('matching an answer', () => {
  it('shows the first group of the pattern', () => {
    const answer = answered('Zookeeper version: 3.8.0\nMode: leader\nNode count: 5\n');
    expect(matches('^Mode: (leader|follower)$', answer)).toEqual({
      matched: true,
      detail: 'leader',
    });
  });

  it('shows all that was found where the pattern has no group', () => {
    expect(matches('im.k', answered('imok'))).toEqual({ matched: true, detail: 'imok' });
  });

  it('shows what was said instead', () => {
    expect(matches('imok', answered('\n  not serving\nmore'))).toEqual({
      matched: false,
      detail: 'no match: not serving',
    });
    expect(matches('imok', answered(''))).toEqual({
      matched: false,
      detail: 'no match: an empty answer',
    });
  });

  it('takes any answer that worked where there is no pattern', () => {
    expect(matches(undefined, answered('x'))).toEqual({ matched: true, detail: 'answered' });
  });

  it('finds nothing in an answer that did not work', () => {
    const failed = { ok: false, text: 'imok', detail: 'exit code 1' };
    expect(matches('imok', failed)).toEqual({ matched: false, detail: 'exit code 1' });
  });
});
