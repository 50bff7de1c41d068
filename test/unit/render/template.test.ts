import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SourceError } from '../../../src/errors.ts';
import { compileTemplate, type Template } from '../../../src/render/template.ts';

function template(text: string): Template {
  return compileTemplate({
    text,
    locate: (line, column) => ({ file: 't', line, column: column + 1 }),
  });
}

function failure(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    if (error instanceof SourceError) return error.message;
    throw error;
  }
  return 'no failure';
}

const scope = {
  params: { port: 2181, flags: ['a', 'b'], none: null, on: false },
  nodes: [
    { name: 'n1', address: '192.0.2.1' },
    { name: 'n2', address: '192.0.2.2' },
  ],
};

test.each([
  ['{{params.port}}', '2181'],
  ['<{{"&"}}>', '<&>'],
  [
    '{{#each nodes}}{{address}}:{{../params.port}}{{#unless @last}},{{/unless}}{{/each}}',
    '192.0.2.1:2181,192.0.2.2:2181',
  ],
  ['{{#each nodes as |node i|}}{{i}}={{node.name}} {{/each}}', '0=n1 1=n2 '],
  ['{{#if params.on}}yes{{else if params.flags}}flags{{/if}}', 'flags'],
  ['{{#with params}}{{port}}{{@root.params.port}}{{/with}}', '21812181'],
  ['{{add params.port 1}}', '2182'],
  ['\\{{literal}}', '{{literal}}'],
  ['a{{! a comment }}b', 'ab'],
  ['{{nodes.[1].name}}', 'n2'],
])('%s is filled as %s', (text, expected) => {
  expect(template(text).render(scope)).toBe(expected);
});

test.each([
  ['{{params.port}}', 2181],
  ['{{params.flags}}', ['a', 'b']],
  ['{{params.on}}', false],
  ['{{eq params.port 2181}}', true],
  [' {{params.port}}', ' 2181'],
  ['{{params.port}}{{params.port}}', '21812181'],
  ['plain', 'plain'],
])('the value of %j keeps its type only where it is a single expression', (text, expected) => {
  expect(template(text).value(scope)).toEqual(expected);
});

test.each([
  ['a\n  {{params.missing}}', 't:2:3: '],
  ['{{#if params.missing}}x{{/if}}', 't:1:1: '],
  ['{{#each missing}}x{{/each}}', 't:1:1: '],
  ['{{join missing ","}}', 't:1:1: '],
  ['{{missing.deeper.still}}', 't:1:1: '],
  ['{{nodes.[7].name}}', 't:1:1: '],
  ['{{constructor}}', 't:1:1: '],
  ['{{params.flags.constructor}}', 't:1:1: '],
])('%j has no value, which is an error at its place and never an empty text', (text, place) => {
  expect(failure(() => template(text).render(scope))).toContain(
    `${place}the template cannot be filled`,
  );
});

test.each(['x{{params.flags}}', 'x{{params.none}}', 'x{{params}}'])(
  '%s has no text of its own and is refused',
  (text) => {
    expect(failure(() => template(text).render(scope))).toContain('expected a text or a number');
  },
);

test.each([
  ['{{a b', 't:1:1: this template expression cannot be read'],
  ['x\n{{#if a}}y', 't:2:1: the template ends before'],
  ['{{#if a}}\n {{/each}}', "t:1:4: template block mismatch: if doesn't match each"],
])('%j is no template, and the place is told', (text, expected) => {
  expect(failure(() => template(text))).toContain(expected);
});

test('text without braces is rendered as it is', () => {
  const plain = fc.string({ unit: 'binary' }).filter((text) => !/\{\{|\\|\0/.test(text));
  fc.assert(
    fc.property(plain, (text) => {
      expect(template(text).render({})).toBe(text);
    }),
  );
});

test('a text comes out as it went in, whatever it holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(template('[{{value}}]').render({ value: text })).toBe(`[${text}]`);
      expect(template('{{value}}').value({ value: text })).toBe(text);
    }),
  );
});

test('a list is joined by each and by join alike', () => {
  const words = fc.array(fc.string());
  fc.assert(
    fc.property(words, (items) => {
      const byEach = template('{{#each items}}{{this}}{{#unless @last}},{{/unless}}{{/each}}');
      const byJoin = template('{{join items ","}}');
      expect(byEach.render({ items })).toBe(byJoin.render({ items }));
      expect(byJoin.render({ items })).toBe(items.join(','));
    }),
  );
});
