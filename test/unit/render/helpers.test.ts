import { expect, test } from 'vitest';
import { compileTemplate } from '../../../src/render/template.ts';

const scope = {
  list: [3, 1, 2],
  nodes: [{ name: 'a' }, { name: 'b' }],
  placed: [
    { name: 'a1', zone: 'a' },
    { name: 'a2', zone: 'a' },
    { name: 'a3', zone: 'a' },
    { name: 'b1', zone: 'b' },
    { name: 'c1', zone: 'c' },
    { name: 'c2', zone: 'c' },
  ],
  names: ['c1', 'a2'],
  none: [],
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
  ['{{bracketed "10.0.0.7"}}:22', '10.0.0.7:22'],
  ['{{bracketed "fd00::7"}}:22', '[fd00::7]:22'],
  ['{{bracketed "one.example"}}:22', 'one.example:22'],
  ['{{lookup list 0}}', 3],
  ['{{lookup map "key"}}', 'value'],
  ['{{length list}}', 3],
  ['{{length none}}', 0],
  ['{{includes list 1}}', true],
  ['{{includes list "1"}}', false],
  ['{{indexOf placed "zone" "a"}}', 0],
  ['{{indexOf placed "name" "c1"}}', 4],
  ['{{where placed "zone" "b"}}', [{ name: 'b1', zone: 'b' }]],
  ['{{join (where placed "name" names) " " "name"}}', 'a2 c1'],
  ['{{join (without placed "zone" "a") " " "name"}}', 'b1 c1 c2'],
  ['{{join (without placed "name" names) " " "name"}}', 'a1 a3 b1 c2'],
  ['{{where placed "zone" none}}', []],
  ['{{pluck placed "name"}}', ['a1', 'a2', 'a3', 'b1', 'c1', 'c2']],
  ['{{pluck none "name"}}', []],
  ['{{take list 2}}', [3, 1]],
  ['{{take list 9}}', [3, 1, 2]],
  ['{{take list 0}}', []],
  ['{{join (interleave placed "zone") " " "name"}}', 'a1 b1 c1 a2 c2 a3'],
  ['{{interleave none "zone"}}', []],
  ['{{spread 3 4 0 1}}', ['-4', '-2', '0', '2']],
  ['{{spread 3 3 0 1}}', ['-4', '-2', '1']],
  ['{{spread 3 4 1 2}}', ['-2', '2']],
  ['{{spread 64 2 0 1}}', ['-9223372036854775808', '0']],
  ['{{spread 64 2 2 1}}', []],
  ['{{versionAtLeast "1.8.7" "1.9"}}', false],
  ['{{versionAtLeast "1.22.0" "1.9"}}', true],
  ['{{versionAtLeast "1.9" "1.9.0"}}', true],
  ['{{versionAtLeast "1.9" "1.9.1"}}', false],
  ['{{versionAtLeast "5.0-rc1" "5.0"}}', true],
  ['{{versionAtLeast "1.8.7+dfsg1-2" "1.8.8"}}', false],
  ['{{base64 "ü"}}', 'w7w='],
  ['{{sha256 ""}}', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
])('%s is %j', (text, expected) => {
  expect(value(text)).toEqual(expected);
});

test.each([
  ['{{add "1" 1}}', 'expected a number, found a text'],
  ['{{divide 1 0}}', 'division by zero'],
  ['{{join four ","}}', 'expected a list, found a number'],
  ['{{length four}}', 'expected a list, found a number'],
  ['{{indexOf placed "name" "z"}}', 'no item of the list has that "name"'],
  ['{{pluck placed "colour"}}', 'there is no "colour" in a map'],
  ['{{where placed "colour" "red"}}', 'there is no "colour" in a map'],
  ['{{take list -1}}', 'expected a whole number of at least 0, found -1'],
  ['{{spread 64 0 0 1}}', 'division by zero'],
  ['{{spread 64 4 0 0}}', 'division by zero'],
  ['{{versionAtLeast "v1" "1"}}', 'expected a version that begins with a number'],
  ['{{lookup list 9}}', 'there is no "9" in a list'],
  ['{{lookup map "constructor"}}', 'there is no "constructor" in a map'],
  ['{{#each four}}{{/each}}', '{{#each}} expected a list or a map, found a number'],
])('%s is refused', (text, reason) => {
  expect(() => value(text)).toThrow(reason);
});
