import { expect, test } from 'vitest';
import { z } from 'zod';
import { parseYaml } from '../../../src/yaml/parse.ts';
import { validate } from '../../../src/yaml/validate.ts';

const StepSchema = z.union([
  z.strictObject({
    package: z.union([z.array(z.string()), z.strictObject({ names: z.array(z.string()) })]),
  }),
  z.strictObject({
    file: z.strictObject({
      path: z.string().describe('where it lies'),
      mode: z.string().optional(),
    }),
  }),
]);
const Schema = z.strictObject({
  clientPort: z.int().min(1).optional(),
  onChange: z.enum(['restart', 'reload']).default('restart'),
  steps: z.array(StepSchema).default([]),
  name: z.string().describe('what it is called').default('x'),
});

function problems(text: string, explainKey?: (key: string) => string | undefined): string[] {
  const document = parseYaml(text, 'file.yml');
  const options = explainKey === undefined ? {} : { explainKey };
  const checked = validate(Schema, document.value, { locate: document.locate, ...options });
  if (checked.ok) return [];
  return checked.problems.map(({ location, message, hint }) =>
    [`${location.line}:${location.column} ${message}`, ...(hint === undefined ? [] : [hint])].join(
      ' | ',
    ),
  );
}

test.each([
  ['clientport: 1', ['1:1 unknown key "clientport" | did you mean "clientPort"?']],
  [
    'zzzzzzz: 1',
    ['1:1 unknown key "zzzzzzz" | known keys here: clientPort, onChange, steps, name'],
  ],
  ['clientPort: x', ['1:13 expected a number, found a text']],
  ['clientPort: 0', ['1:13 expected number to be >=1']],
  ['onChange: restrat', ['1:11 expected "restart" or "reload" | did you mean "restart"?']],
  ['steps:', ['1:1 expected a list, found nothing']],
  ['[]', ['1:1 expected a map, found a list']],
])('%s is refused at its place with what was expected', (text, expected) => {
  expect(problems(text)).toEqual(expected);
});

test.each([
  [
    '{file: {pth: a}}',
    ['1:10 missing "path" | path: where it lies', '1:17 unknown key "pth" | did you mean "path"?'],
  ],
  ['{fil: {path: a}}', ['1:10 unknown key "fil" | did you mean "file"?']],
  ['{file: {path: 1}}', ['1:23 expected a text, found a number']],
  ['{package: 3}', ['1:19 expected a list or a map, found a number']],
  ['{package: {nmes: []}}', ['1:20 unknown key "nmes" | did you mean "names"?']],
  ['{}', ['1:9 expected one of the keys package, file']],
  [
    '{file: {path: a}, package: []}',
    ['1:10 "file" cannot stand beside the other keys of this map'],
  ],
  ['text', ['1:9 expected a map, found a text']],
])('of several alternatives %s is told for the one that was meant', (step, expected) => {
  expect(problems(`steps: [${step}]`)).toEqual(expected);
});

test('all problems are told at once', () => {
  expect(problems('clientPort: x\nonChange: 3\nother: 1')).toHaveLength(3);
});

test('a key that deserves its own explanation gets it', () => {
  const explain = (key: string) => (key === 'port' ? 'it is called clientPort now' : undefined);
  expect(problems('port: 1', explain)).toEqual([
    '1:1 unknown key "port" | it is called clientPort now',
  ]);
});

test('a refused value is never repeated', () => {
  expect(problems('clientPort: hunter2\nonChange: hunter2\nsteps: hunter2').join()).not.toContain(
    'hunter2',
  );
});
