import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches } from '../../../src/probes/match.ts';

const answered = (text: string) => ({ ok: true, text, detail: 'answered' });

describe('matching an answer', () => {
  it('shows the first group of the pattern', () => {
    const answer = answered('Zookeeper version: 3.8.0\nMode: leader\nNode count: 5\n');
    expect(matches({ match: '^Mode: (leader|follower)$' }, answer)).toMatchObject({
      matched: true,
      detail: 'leader',
    });
  });

  it('shows all that was found where the pattern has no group', () => {
    expect(matches({ match: 'im.k' }, answered('imok'))).toMatchObject({
      matched: true,
      detail: 'imok',
    });
  });

  it('shows what was said instead', () => {
    expect(matches({ match: 'imok' }, answered('\n  not serving\nmore'))).toMatchObject({
      matched: false,
      detail: 'no match: not serving',
    });
    expect(matches({ match: 'imok' }, answered(''))).toMatchObject({
      matched: false,
      detail: 'no match: an empty answer',
    });
  });

  it('takes any answer that worked where there is no pattern', () => {
    expect(matches({}, answered('x'))).toMatchObject({ matched: true, detail: 'answered' });
  });

  it('finds nothing in an answer that did not work', () => {
    const failed = { ok: false, text: 'imok', detail: 'exit code 1' };
    expect(matches({ match: 'imok' }, failed)).toMatchObject({
      matched: false,
      detail: 'exit code 1',
    });
  });
});

describe('what an answer says where nodes must agree', () => {
  it.each([
    [{ match: 'Mode: (leader|follower)$' }, 'leader'],
    [{ match: 'Mode.*' }, 'Mode: leader'],
    [{ match: 'e(.)', times: 3 }, ':\na\nr'],
    [{ lines: '2\nMode: leader' }, '2\nMode: leader'],
    [{}, 'Mode: leader\n2'],
  ])('is what %j captured', (wanted, said) => {
    expect(matches(wanted, answered('  Mode: leader\n2\n'))).toMatchObject({ said });
  });
});

describe('counting matches', () => {
  const text = 'UN 10.0.0.1\nUN 10.0.0.2\nDN 10.0.0.3\n';

  it('matches when the pattern is found so often', () => {
    expect(matches({ match: '^UN', times: 2 }, answered(text))).toMatchObject({
      matched: true,
      detail: 'found 2 times: UN',
    });
    expect(matches({ match: '^DN (.*)', times: 1 }, answered(text))).toMatchObject({
      matched: true,
      detail: 'found once: 10.0.0.3',
    });
    expect(matches({ match: '^UN .*', times: 2 }, answered(text))).toMatchObject({
      matched: true,
      detail: 'found 2 times',
    });
    expect(matches({ match: '^UJ', times: 0 }, answered(text))).toMatchObject({
      matched: true,
      detail: 'not found',
    });
  });

  it('says how often it was found instead', () => {
    expect(matches({ match: '^UN', times: 3 }, answered(text))).toMatchObject({
      matched: false,
      detail: 'found 2 times instead of 3: UN',
    });
    expect(matches({ match: '^UJ', times: 1 }, answered(text))).toMatchObject({
      matched: false,
      detail: 'found 0 times instead of 1: UN 10.0.0.1',
    });
    expect(matches({ match: '^DN', times: 0 }, answered(text))).toMatchObject({
      matched: false,
      detail: 'found once instead of 0: DN',
    });
  });

  it('finds nothing in an answer that did not work, not even that it is not there', () => {
    const failed = { ok: false, text: '', detail: 'exit code 1' };
    expect(matches({ match: 'DN', times: 0 }, failed)).toMatchObject({ matched: false });
  });

  it('counts what was put in', () => {
    const words = fc.array(fc.constantFrom('UN', 'DN', 'UJ', ''));
    fc.assert(
      fc.property(words, fc.nat({ max: 12 }), (all, times) => {
        const answer = answered(all.join('\n'));
        const count = all.filter((word) => word === 'UN').length;
        expect(matches({ match: '^UN$', times }, answer).matched).toBe(count === times);
        expect(matches({ match: '^UN$' }, answer).matched).toBe(count > 0);
      }),
    );
  });
});

describe('wanting lines', () => {
  it('matches the same lines in another order', () => {
    const lines = '\n10.0.0.1\n  10.0.0.2\n\n';
    expect(matches({ lines }, answered('10.0.0.2\r\n10.0.0.1'))).toMatchObject({
      matched: true,
      detail: '10.0.0.2, 10.0.0.1',
    });
    expect(matches({ lines: '' }, answered('\n'))).toMatchObject({
      matched: true,
      detail: 'no lines',
    });
  });

  it('names what is missing and what is too much', () => {
    const answer = answered('10.0.0.1\n10.0.0.9\n');
    expect(matches({ lines: '10.0.0.1\n10.0.0.2' }, answer)).toMatchObject({
      matched: false,
      detail: 'missing "10.0.0.2"; surplus "10.0.0.9"',
    });
    expect(matches({ lines: '' }, answered('a\nb\nc\nd\ne'))).toMatchObject({
      detail: 'surplus "a", "b", "c" and 2 more',
    });
  });

  it('finds nothing in an answer that did not work', () => {
    const failed = { ok: false, text: '', detail: 'SERVFAIL' };
    expect(matches({ lines: '' }, failed)).toMatchObject({ matched: false, detail: 'SERVFAIL' });
  });
});
