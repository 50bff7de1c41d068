import fc from 'fast-check';
import { dump } from 'js-yaml';
import { expect, test } from 'vitest';
import { SourceError } from '../../../src/errors.ts';
import { parseYaml, type YamlPath } from '../../../src/yaml/parse.ts';

function refusal(text: string): string {
  try {
    parseYaml(text, 'file.yml');
  } catch (error) {
    if (error instanceof SourceError) return error.message;
    throw error;
  }
  return 'accepted';
}

const sample = `# a comment
name: hello
steps:
  - file: {path: /etc/x, mode: '0755'}
  - note: |
      first {{a}}
      second {{b}}
  - "one\\ttwo {{c}}"
empty:
`;

test.each<[YamlPath, string]>([
  [[], '2:1'],
  [['name'], '2:7'],
  [['steps', 0], '4:5'],
  [['steps', 0, 'file', 'mode'], '4:32'],
  [['empty'], '9:1'],
])('the value at %j stands at %s', (path, place) => {
  const { line, column } = parseYaml(sample, 'file.yml').locate(path);
  expect(`${line}:${column}`).toBe(place);
});

test('a key has a place of its own', () => {
  const location = parseYaml(sample, 'file.yml').locate(['steps', 0, 'file', 'mode'], 'key');
  expect(location).toEqual({ file: 'file.yml', line: 4, column: 26 });
});

test('what does not exist is placed at the key of the nearest thing around it', () => {
  const document = parseYaml(sample, 'file.yml');
  expect(document.locate(['steps', 0, 'file', 'owner', 'x'])).toMatchObject({ line: 4, column: 5 });
  expect(document.locate(['nowhere'])).toMatchObject({ line: 2, column: 1 });
});

test.each<[YamlPath, string, string]>([
  [['steps', 1, 'note'], '{{a}}', '6:13'],
  [['steps', 1, 'note'], '{{b}}', '7:14'],
  [['steps', 2], '{{c}}', '8:15'],
])('inside the scalar at %j, %s stands at %s, whatever its quoting', (path, mark, place) => {
  const document = parseYaml(sample, 'file.yml');
  const text = path.reduce<unknown>(
    (value, step) => Reflect.get(Object(value), step),
    document.value,
  );
  const { line, column } = document.locateInside(path, String(text).indexOf(mark));
  expect(`${line}:${column}`).toBe(place);
});

test('every number of a document is found at the place where its digits stand', () => {
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { maxDepth: 5 },
      fc.constant('leaf'),
      fc.array(tie('tree'), { minLength: 1, maxLength: 4 }),
      fc.dictionary(fc.string({ minLength: 1, maxLength: 8 }), tie('tree'), {
        minKeys: 1,
        maxKeys: 4,
      }),
    ),
  }));
  fc.assert(
    fc.property(tree, fc.boolean(), (shape, block) => {
      const leaves: { path: YamlPath; digits: string }[] = [];
      const value = numbered(shape, [], leaves);
      const text = block ? dump(value) : JSON.stringify(value, null, 1);
      const document = parseYaml(text, 'file.yml');
      expect(document.value).toEqual(value);
      for (const { path, digits } of leaves) {
        const { line, column } = document.locate(path);
        const rest = text.split('\n')[line - 1]?.slice(column - 1) ?? '';
        expect(rest.startsWith(digits)).toBe(true);
      }
    }),
  );
});

/** The same structure with a different number as each leaf. */
function numbered(
  shape: unknown,
  path: YamlPath,
  leaves: { path: YamlPath; digits: string }[],
): unknown {
  if (Array.isArray(shape))
    return shape.map((each, index) => numbered(each, [...path, index], leaves));
  if (typeof shape === 'object' && shape !== null) {
    const entries = Object.entries(shape).map(([key, each]) => [
      key,
      numbered(each, [...path, key], leaves),
    ]);
    return Object.fromEntries(entries);
  }
  const number = 1_000 + leaves.length;
  leaves.push({ path, digits: String(number) });
  return number;
}

test('a syntax error names line and column', () => {
  expect(refusal('a: 1\nb: [1, 2')).toMatch(/^file\.yml:2:\d+: not valid YAML: /);
});

test('the usual mistakes get a hint', () => {
  expect(refusal('a:\n\tb: 1')).toContain('begins with a tab');
  expect(refusal('a: {{params.port}}')).toContain('quote a value that begins with {{');
  expect(refusal('about: this: that')).toContain('quote a text that holds a colon');
});

test('a key that stands twice is refused at its second place', () => {
  expect(refusal('a: 1\nb:\n  c: 1\n  c: 2\n')).toBe(
    'file.yml:4:3: this key stands twice in the same map',
  );
});

test('aliases are refused before they are expanded', () => {
  const levels = Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}]`);
  expect(refusal(`a0: &a0 x\n${levels.join('\n')}\n`)).toMatch(
    /^file\.yml:2:10: YAML aliases \(\*name\) are not accepted/,
  );
});

test('deep nesting, huge files, tags and several documents are refused', () => {
  expect(refusal('['.repeat(200) + ']'.repeat(200))).toContain('nested deeper than 40 levels');
  expect(refusal(`a: ${'x'.repeat(1024 * 1024)}`)).toContain('larger than 1 MiB');
  expect(refusal('a: !custom 1')).toContain('file.yml:1:4: not valid YAML: unknown scalar tag');
  expect(refusal('a: 1\n---\nb: 2')).toContain('more than one YAML document');
});

test('an empty file is said to be empty', () => {
  expect(refusal('')).toBe('file.yml:1:1: the file is empty');
  expect(refusal('# only a comment\n')).toBe('file.yml:1:1: the file is empty');
});

test('names of built-in properties are ordinary keys', () => {
  const { value, locate } = parseYaml('__proto__: {polluted: 1}\nconstructor: 2\n', 'file.yml');
  expect(Object.keys(Object(value))).toEqual(['__proto__', 'constructor']);
  expect(Reflect.get({}, 'polluted')).toBeUndefined();
  expect(locate(['constructor'])).toMatchObject({ line: 2, column: 14 });
});
