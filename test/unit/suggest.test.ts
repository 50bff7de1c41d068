import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearest, suggestion } from '../../src/suggest.ts';

const verbs = ['create', 'destroy', 'status', 'execute'];

test.each([
  ['craete', 'create'],
  ['destory', 'destroy'],
  ['STATUS', 'status'],
  ['exceute', 'execute'],
])('%s was meant to be %s', (word, meant) => {
  expect(nearest(word, verbs)).toBe(meant);
});

test('a word that is near to nothing gets no suggestion but the list', () => {
  expect(nearest('bananas', verbs)).toBeUndefined();
  expect(suggestion('bananas', verbs, 'operations')).toBe(
    'operations: create, destroy, status, execute',
  );
  expect(suggestion('x', [], 'recipes')).toBe('recipes: none');
});

test('a word that is itself a candidate is its own nearest', () => {
  const word = fc.string({ minLength: 1 });
  fc.assert(
    fc.property(word, fc.array(word), (candidate, others) => {
      const found = nearest(candidate, [...others, candidate]);
      expect(found?.toLowerCase()).toBe(candidate.toLowerCase());
    }),
  );
});

test('one letter left out, added, replaced or swapped with its neighbour is always found', () => {
  const letters = fc.stringMatching(/^[a-z]{4,12}$/);
  fc.assert(
    fc.property(letters, fc.nat(), (word, seed) => {
      const at = seed % (word.length - 1);
      const rest = word.slice(at + 2);
      const swapped = `${word.slice(0, at)}${word[at + 1]}${word[at]}${rest}`;
      const shorter = word.slice(0, at) + word.slice(at + 1);
      for (const typo of [
        swapped,
        shorter,
        `${word}x`,
        `${word.slice(0, at)}#${word.slice(at + 1)}`,
      ]) {
        expect(nearest(typo, [word])).toBe(word);
      }
    }),
  );
});
