import { expect, test } from 'vitest';
import { compileTemplate } from '../../../src/render/template.ts';

const scope = {
  list: [3, 1, 2],
  nodes: [{ name: 'a' }, { name: 'b' }],
  empty: '',
  nothing: null,
  map: { key: 'value' },
  four: 4,
};

function value(text: string): unknown {
  return compileTemplate({ text, locate: (line, column) => ({ file: 't', line, column }) }).value(
    scope,
  );
}

test.each([
  ['{{join list "-"}}', '3-1-2'],
  ['{{join nodes "," "name"}}', 'a,b'],
  ['{{json map}}', '{"key":"value"}'],
  ['{{default empty "x"}}', 'x'],
  ['{{default nothing four}}', 4],
  ['{{default four 5}}', 4],
  ['{{eq four 4}}', true],
  ['{{ne four 4}}', false],
  ['{{lt four 5}}', true],
  ['{{gt four 5}}', false],
  ['{{and four list}}', true],
  ['{{or empty nothing}}', false],
  ['{{not empty}}', true],
  ['{{add 1 2 3}}', 6],
  ['{{subtract 1 2}}', -1],
  ['{{multiply four 2}}', 8],
  ['{{divide 7 2}}', 3],
  ['{{divide -7 2}}', -3],
  ['{{min four 2 9}}', 2],
  ['{{max four 2 9}}', 9],
  ['{{percent 50 5}}', 2],
  ['{{lookup list 0}}', 3],
  ['{{lookup map "key"}}', 'value'],
  ['{{base64 "ü"}}', 'w7w='],
  ['{{sha256 ""}}', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
])('%s is %j', (text, expected) => {
  expect(value(text)).toEqual(expected);
});

test.each([
  ['{{add "1" 1}}', 'expected a number, found a text'],
  ['{{divide 1 0}}', 'division by zero'],
  ['{{join four ","}}', 'expected a list, found a number'],
  ['{{lookup list 9}}', 'there is no "9" in a list'],
  ['{{lookup map "constructor"}}', 'there is no "constructor" in a map'],
  ['{{#each four}}{{/each}}', '{{#each}} expected a list or a map, found a number'],
])('%s is refused', (text, reason) => {
  expect(() => value(text)).toThrow(reason);
});
