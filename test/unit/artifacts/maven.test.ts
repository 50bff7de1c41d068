import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Artifact } from '../../../src/artifacts/artifact.ts';
import { resolveArtifact } from '../../../src/artifacts/resolve-artifact.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { depsIn } from './support/deps.ts';
import { fakeMaven, lockOf } from './support/fake-maven.ts';

const newFolder = temporaryFolders();
const files = { 'thing-1.0.jar': 'the thing', 'dep-2.0-linux.jar': 'what it needs' };
const lock = lockOf({ 'org.a:thing:1.0': 'the thing', 'org.b:dep:2.0:linux': 'what it needs' });
const artifact = (version = '1.0'): Artifact => ({
  ...{ name: 'thing', version },
  sources: { default: { maven: { lock: `thing-${version}.lock`, into: 'lib' } } },
});

let folder: string;
beforeEach(() => {
  folder = newFolder();
  mkdirSync(join(folder, 'templates'));
  writeFileSync(join(folder, 'templates/thing-1.0.lock'), lock);
});

async function contentWith(maven: ReturnType<typeof fakeMaven>, installMaven = async () => {}) {
  const deps = depsIn(folder, { env: maven.env, installMaven });
  const { deliverable } = await resolveArtifact(artifact(), deps);
  const content = await deliverable?.content();
  return { files: content?.files.map(({ size }) => size), told: deps.told };
}

describe('an artifact of Maven', () => {
  test('is settled by its lock file alone: nothing runs, and nobody is asked', async () => {
    const { step, deliverable } = await resolveArtifact(artifact(), depsIn(folder));
    expect(step).toMatchObject({
      artifact: {
        folder: '/opt/thing',
        files: [{ as: 'lib/thing-1.0.jar' }, { as: 'lib/dep-2.0-linux.jar' }],
      },
    });
    expect(deliverable?.urls).toEqual([]);
  });

  test('is fetched by mvn, exactly the files of the lock and nothing that they depend on', async () => {
    const maven = fakeMaven(folder, files);
    maven.install();
    expect(await contentWith(maven)).toEqual({
      files: [9, 13],
      told: ['thing 2 files, 0.0 MB, by mvn'],
    });
    const [pom = ''] = maven.poms();
    expect(pom.match(/<artifactId>\w+<\/artifactId><version>[\d.]+/g)).toEqual([
      '<artifactId>artifact</artifactId><version>1',
      '<artifactId>thing</artifactId><version>1.0',
      '<artifactId>dep</artifactId><version>2.0',
    ]);
    expect(pom.match(/<artifactId>\*/g)).toHaveLength(2);
    expect(pom).toContain('<type>jar</type><classifier>linux</classifier>');
  });

  test('asks mvn only for what is missing in the cache, and not at all when nothing is', async () => {
    const maven = fakeMaven(folder, files);
    maven.install();
    await contentWith(maven);
    await contentWith(maven);
    expect(maven.poms()).toHaveLength(1);
    const deps = depsIn(folder);
    const { deliverable } = await resolveArtifact(artifact(), deps);
    const [, second] = (await deliverable?.content())?.files ?? [];
    writeFileSync(second?.path ?? '', 'damaged');
    await contentWith(maven);
    expect(maven.poms()[1]).not.toContain('<artifactId>thing</artifactId>');
    expect(maven.poms()[1]).toContain('<artifactId>dep</artifactId>');
  });

  test('has mvn installed where there is none', async () => {
    const maven = fakeMaven(folder, files);
    const seen = await contentWith(maven, async () => maven.install());
    expect(seen.files).toEqual([9, 13]);
  });

  test('says what stands in the way when mvn cannot be installed', async () => {
    const maven = fakeMaven(folder, files);
    const refused = contentWith(maven, () => Promise.reject(new Error('not allowed')));
    await expect(refused).rejects.toThrow('not allowed');
    await expect(contentWith(maven)).rejects.toMatchObject({ code: 'maven-missing' });
  });

  test('says what mvn said when it fails', async () => {
    const script =
      "printf 'noise\\n[ERROR] \\033[1mCould not resolve\\033[m org.a:thing\\n'; exit 1";
    const maven = fakeMaven(folder, files, script);
    maven.install();
    await expect(contentWith(maven)).rejects.toMatchObject({
      code: 'maven-failed',
      excerpt: '[ERROR] Could not resolve org.a:thing',
    });
  });

  test('is given up only once mvn has ended', async () => {
    const [started, ended] = [join(folder, 'started'), join(folder, 'ended')];
    const script = `trap '/bin/sleep 0.3; : >${ended}; exit 1' TERM; : >${started}
while :; do /bin/sleep 0.05; done`;
    const maven = fakeMaven(folder, files, script);
    maven.install();
    const abort = new AbortController();
    const deps = depsIn(folder, { env: maven.env, signal: abort.signal });
    const { deliverable } = await resolveArtifact(artifact(), deps);
    const content = deliverable?.content();
    const given = expect(content).rejects.toThrow('enough');
    await vi.waitFor(() => expect(existsSync(started)).toBe(true));
    abort.abort(new Error('enough'));
    await given;
    expect(existsSync(ended)).toBe(true);
  });

  test('with another content than its lock file says is not used', async () => {
    const maven = fakeMaven(folder, { ...files, 'thing-1.0.jar': 'something else' });
    maven.install();
    await expect(contentWith(maven)).rejects.toMatchObject({
      code: 'checksum-mismatch',
      message: 'org.a:thing:1.0 as mvn gives it is not what it should be',
      hint: expect.stringContaining('~/.m2/repository'),
    });
  });

  test('of which mvn leaves a file out is an error that names it', async () => {
    const maven = fakeMaven(folder, { 'thing-1.0.jar': 'the thing' });
    maven.install();
    await expect(contentWith(maven)).rejects.toMatchObject({
      code: 'maven-failed',
      excerpt: 'org.b:dep:2.0:linux',
    });
  });

  test('without a lock file for its version names the lock files that there are', async () => {
    await expect(resolveArtifact(artifact('2.0'), depsIn(folder))).rejects.toMatchObject({
      code: 'unsupported-version',
      message: expect.stringContaining('thing-2.0.lock'),
      hint: expect.stringContaining('There are: thing-1.0.lock.'),
    });
  });
});
