// Writes the lock file of an artifact of Maven: every file that it needs at run time, with its checksum.
//
//   node scripts/lock-maven.mjs RECIPE GROUP:ARTIFACT:VERSION [--exclude GROUP:ARTIFACT[:CLASSIFIER]]…
//
// It is resolved from scratch, in a local repository of its own, by the `mvn` of this computer. Excluded is a file
// alone, never what it depends on; `*` stands for any text.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const plugin = 'org.apache.maven.plugins:maven-dependency-plugin:3.6.1';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { exclude: { type: 'string', multiple: true, default: [] } },
});
const [recipe = '', coordinates = ''] = positionals;
const [group, artifact, version, ...more] = coordinates.split(':');
if (recipe === '' || version === undefined || more.length > 0 || positionals.length > 2) {
  console.error('usage: node scripts/lock-maven.mjs RECIPE GROUP:ARTIFACT:VERSION [--exclude …]…');
  process.exit(2);
}

const work = mkdtempSync(join(tmpdir(), 'deployer-lock-'));
try {
  const files = resolve(values.exclude.map((text) => text.split(':')));
  const folder = join(import.meta.dirname, '..', 'templates', recipe);
  const lock = join(folder, `${artifact.replace(/-all$/, '')}-${version}.lock`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(lock, lockText(files));
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  console.log(`${lock}: ${files.length} files, ${(bytes / 1e6).toFixed(1)} MB`);
} finally {
  rmSync(work, { recursive: true });
}

/** All files of the closure but the excluded ones: `{coordinates, digest, size}`, sorted. */
function resolve(excluded) {
  writeFileSync(join(work, 'pom.xml'), pom());
  const list = join(work, 'list');
  maven(`${plugin}:list`, `-DoutputFile=${list}`);
  maven(
    `${plugin}:copy-dependencies`,
    `-DoutputDirectory=${join(work, 'files')}`,
    '-Dmdep.prependGroupId=true',
  );
  const kept = parseList(readFileSync(list, 'utf8')).filter(
    (file) => !excluded.some((pattern) => isMeant(pattern, file)),
  );
  const given = new Set(readdirSync(join(work, 'files')));
  return kept
    .map((file) => measure(file, given))
    .sort((a, b) => (a.coordinates < b.coordinates ? -1 : 1));
}

function pom() {
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>deployer</groupId><artifactId>lock</artifactId><version>1</version>
<dependencies><dependency>
<groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version>
</dependency></dependencies></project>\n`;
}

function maven(...words) {
  const common = ['--batch-mode', '--quiet', `-Dmaven.repo.local=${join(work, 'repository')}`];
  execFileSync('mvn', [...common, '-DincludeScope=runtime', ...words], {
    cwd: work,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
}

/** Lines `group:artifact:type[:classifier]:version:scope`, with colours and other text around them. */
function parseList(text) {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours that Maven prints
  const lines = text.replaceAll(/\x1b\[[0-9;]*m/g, '').split('\n');
  return lines.flatMap((line) => {
    const words = line.trim().split(' ')[0].split(':');
    if (words.length < 5 || words.length > 6) return [];
    const [g, a, type, ...rest] = words;
    const [classifier, v] = rest.length === 3 ? rest : ['', rest[0]];
    return [{ g, a, type, classifier, v }];
  });
}

function isMeant(pattern, { g, a, classifier }) {
  return pattern.every((text, index) => {
    const form = text.split('*').map(escapeText).join('.*');
    return new RegExp(`^${form}$`).test([g, a, classifier][index]);
  });
}

function escapeText(text) {
  return text.replaceAll(/[.+^$()[\]{}|\\?]/g, '\\$&');
}

function measure({ g, a, type, classifier, v }, given) {
  const name = `${g}.${a}-${v}${classifier === '' ? '' : `-${classifier}`}.${type}`;
  if (!given.has(name)) throw new Error(`${name} is listed, but was not copied`);
  const content = readFileSync(join(work, 'files', name));
  const tail =
    type === 'jar' ? (classifier === '' ? '' : `:${classifier}`) : `:${classifier}:${type}`;
  return {
    coordinates: `${g}:${a}:${v}${tail}`,
    digest: createHash('sha256').update(content).digest('hex'),
    size: content.length,
  };
}

function lockText(files) {
  const command = `node scripts/lock-maven.mjs ${recipe} ${coordinates}`;
  const excluded = values.exclude.map((text) => `#   --exclude '${text}'`);
  return [
    `# Every file of ${coordinates} that its server needs: group:artifact:version[:classifier[:type]] sha256 size.`,
    '# Made by a script, from a resolution of its own; another version needs another file:',
    `#   ${command}${excluded.length === 0 ? '' : ' \\'}`,
    ...excluded.map((line, index) => (index < excluded.length - 1 ? `${line} \\` : line)),
    ...files.map(({ coordinates: name, digest, size }) => `${name} ${digest} ${size}`),
    '',
  ].join('\n');
}
