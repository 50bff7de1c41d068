import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '..');
const src = join(root, 'src');

/** What every room may import, besides its own files. */
const leaves = [
  ...['clock.ts', 'duration.ts', 'endpoint-kinds.ts', 'errors.ts', 'events.ts', 'suggest.ts'],
  'yaml',
];

const workRooms = [
  'artifacts',
  'config',
  'engine',
  'localcloud',
  'node',
  'plan',
  'probes',
  'providers',
  'recipe',
  'remote',
  'render',
  'ssh-config',
  'state',
];

/** The rooms of the house (the folders of src/) and the rooms that each may import. */
const mayImport: Record<string, readonly string[]> = {
  cli: ['actions', 'config', 'views'],
  actions: workRooms,
  config: ['recipe'],
  recipe: ['artifacts', 'node', 'probes', 'render'],
  render: [],
  plan: ['artifacts', 'recipe', 'node'],
  engine: ['plan'],
  node: [],
  artifacts: ['node'],
  probes: ['remote'],
  remote: [],
  providers: [],
  'ssh-config': [],
  localcloud: [],
  state: [],
  views: [],
  yaml: [],
};

/** The folder of src/ that alone may import a third-party package; zod is at home everywhere. */
const homeOf: Record<string, string> = {
  '@aws-sdk/client-ec2': 'providers/ec2',
  '@aws-sdk/client-ssm': 'providers/ec2',
  '@aws-sdk/client-sts': 'providers/ec2',
  'cassandra-driver': 'probes',
  commander: 'cli',
  diff: 'plan',
  handlebars: 'render',
  'js-yaml': 'yaml',
  listr2: 'views',
  'p-queue': 'engine',
  ssh2: 'remote',
  tar: 'artifacts',
  undici: 'artifacts',
  'xz-decompress': 'artifacts',
  yauzl: 'artifacts',
  zod: '',
};

/** The rooms that may write to the streams of the process; all others emit events. */
const writers = ['cli', 'views'];

interface SourceFile {
  /** Relative to src/, with slashes: `cli/main.ts`. */
  readonly path: string;
  readonly text: string;
}

const files: SourceFile[] = readdirSync(src, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts'))
  .map((path) => ({
    path: path.split(sep).join('/'),
    text: readFileSync(join(src, path), 'utf8'),
  }));

/** The names that a module imports or re-exports from, static and dynamic, types too. */
function importsOf(text: string): string[] {
  const statement = /^\s*(?:import|export)\b[^'"`;]*?\bfrom\s*(['"])([^'"]+)\1/gm;
  const effect = /^\s*import\s*(['"])([^'"]+)\1/gm;
  const call = /\bimport\s*\(\s*(['"`])([^'"`]+)\1/g;
  const found = [statement, effect, call].flatMap((form) => [...text.matchAll(form)]);
  return found.map((match) => match[2] ?? '');
}

/** The room that a path of src/ lies in; the file itself for a leaf at the top. */
function roomOf(path: string): string {
  return path.split('/')[0] ?? path;
}

/** `@scope/name` or `name` of what is imported. */
function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

function mayUseRoom(from: string, target: string): boolean {
  const to = roomOf(target);
  return from === to || leaves.includes(to) || (mayImport[from] ?? []).includes(to);
}

function mayUsePackage(path: string, specifier: string): boolean {
  const home = homeOf[packageOf(specifier)];
  return home !== undefined && (home === '' || path.startsWith(`${home}/`));
}

/** One sentence for every import that the tables do not allow. */
function violations({ path, text }: SourceFile): string[] {
  return importsOf(text).flatMap((specifier) => {
    if (specifier.startsWith('node:')) return [];
    if (!specifier.startsWith('.')) {
      return mayUsePackage(path, specifier) ? [] : [`${path}: ${specifier} is not at home here`];
    }
    const target = relative(src, join(src, dirname(path), specifier))
      .split(sep)
      .join('/');
    const isAllowed = target === '../package.json' || mayUseRoom(roomOf(path), target);
    return isAllowed ? [] : [`${path}: ${roomOf(path)} may not import ${target}`];
  });
}

function filesThat(pattern: RegExp, where: (file: SourceFile) => boolean = () => true): string[] {
  return files.filter((file) => where(file) && pattern.test(file.text)).map(({ path }) => path);
}

describe('the reading of imports', () => {
  it('sees every way of writing one', () => {
    const text = [
      "import { a } from './a.ts';",
      'import {\n  b,\n} from "./b.ts";',
      "import type { C } from './c.ts';",
      "import './d.ts';",
      "export { e } from './e.ts';",
      "export * from './f.ts';",
      "const g = await import('./g.ts');",
      "type H = import('./h.ts').H;",
      'const i = import(`./i.ts`);',
    ].join('\n');

    expect(importsOf(text).sort()).toEqual('abcdefghi'.split('').map((name) => `./${name}.ts`));
  });

  it('takes no other text for an import', () => {
    const text = [
      "const hint = 'from ' + name;",
      "table(['import', 'from', './b.ts']);",
      "export const message = `taken from './c.ts'`;",
    ].join('\n');

    expect(importsOf(text)).toEqual([]);
  });

  it('finds imports in every file that has some', () => {
    const blind = files.filter(
      ({ text }) => /^(import|export .* from) /m.test(text) && importsOf(text).length === 0,
    );

    expect(files.length).toBeGreaterThan(100);
    expect(blind.map(({ path }) => path)).toEqual([]);
  });

  it('cannot be got round by an import whose name is computed', () => {
    expect(
      filesThat(/\bimport\s*\(\s*[^'"`\s)]|\brequire\s*\(|\bimport\s*\(\s*`[^`]*\$\{/),
    ).toEqual([]);
  });
});

describe('the verdict on an import', () => {
  const verdict = (path: string, specifier: string) =>
    violations({ path, text: `import { x } from '${specifier}';` });

  it('names the room and what it may not import', () => {
    expect(verdict('engine/walk.ts', '../remote/remote.ts')).toEqual([
      'engine/walk.ts: engine may not import remote/remote.ts',
    ]);
    expect(verdict('plan/plan.ts', '../cli/main.ts')).toHaveLength(1);
    expect(verdict('errors.ts', './views/view.ts')).toHaveLength(1);
  });

  it('keeps third-party packages at home', () => {
    expect(verdict('actions/create.ts', '@aws-sdk/client-ec2')).toEqual([
      'actions/create.ts: @aws-sdk/client-ec2 is not at home here',
    ]);
    expect(verdict('providers/provider.ts', '@aws-sdk/client-ec2')).toHaveLength(1);
    expect(verdict('providers/ec2/sdk.ts', '@aws-sdk/client-ec2')).toEqual([]);
    expect(verdict('views/view.ts', 'left-pad')).toHaveLength(1);
  });

  it('allows leaves, the own room, and the rooms in the table', () => {
    expect(verdict('engine/walk.ts', '../errors.ts')).toEqual([]);
    expect(verdict('engine/walk.ts', './window.ts')).toEqual([]);
    expect(verdict('engine/walk.ts', '../plan/plan.ts')).toEqual([]);
    expect(verdict('providers/ec2/sdk.ts', '../../yaml/parse.ts')).toEqual([]);
  });
});

describe('the house', () => {
  it('has exactly the rooms and leaves that the table names', () => {
    const entries = readdirSync(src, { withFileTypes: true });
    const rooms = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const single = entries.filter((entry) => entry.isFile()).map(({ name }) => name);

    expect(rooms.sort()).toEqual(Object.keys(mayImport).sort());
    expect([...single, 'yaml'].sort()).toEqual(leaves);
  });

  it('has only imports that the table allows', () => {
    expect(files.flatMap(violations)).toEqual([]);
  });

  it('has a home for every package that the program depends on, and depends on each', () => {
    const manifest: { dependencies: Record<string, string> } = JSON.parse(
      readFileSync(join(root, 'package.json'), 'utf8'),
    );

    expect(Object.keys(homeOf).sort()).toEqual(Object.keys(manifest.dependencies).sort());
  });

  it('has no file of more than 300 lines', () => {
    const long = files.filter(({ text }) => text.trimEnd().split('\n').length > 300);

    expect(long.map(({ path }) => path)).toEqual([]);
  });

  it('has no unfinished business', () => {
    expect(filesThat(/\b(TODO|FIXME|XXX|HACK)\b/)).toEqual([]);
  });

  it('has no default exports', () => {
    expect(filesThat(/^export (default\b|\{[^}]*\bas default\b)/m)).toEqual([]);
  });

  it('writes to the streams of the process only where people are spoken to', () => {
    const writes =
      /\bconsole\.(log|info|warn|error|debug|table|trace)\b|\bprocess\.(stdout|stderr)\b/;

    expect(filesThat(writes, ({ path }) => !writers.includes(roomOf(path)))).toEqual([]);
  });
});
