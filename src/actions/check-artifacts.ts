import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { parseLock } from '../artifacts/maven-lock.ts';
import { SourceError, type SourceProblem } from '../errors.ts';
import { resolveArtifacts } from '../recipe/artifacts.ts';
import type { Component } from '../recipe/composition.ts';
import type { Recipe } from '../recipe/recipe.ts';
import { sampleCluster } from '../recipe/sample.ts';
import type { ChoiceScope } from '../recipe/scope.ts';
import { lockFolder } from './settle-artifacts.ts';

/**
 * Checks what can be told without a network of the artifacts of a recipe and of all that it uses: that each source from
 * Maven has a lock file for the version that stands there by default, and that all lock files can be read.
 * @throws {SourceError} with every source that has none, at its place
 * @throws {UsageError} `bad-lock`
 */
export async function checkArtifacts(recipe: Recipe): Promise<void> {
  const { composition, values } = sampleCluster(recipe);
  const problems = composition.components.map((component) => problemsOf(component, values.cluster));
  const all = (await Promise.all(problems)).flat();
  if (all.length > 0) throw new SourceError(all);
}

async function problemsOf(
  { recipe, params }: Component,
  cluster: ChoiceScope['cluster'],
): Promise<readonly SourceProblem[]> {
  const folder = lockFolder(recipe);
  const there = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith('.lock'));
  for (const name of there) {
    const file = path.join(folder, name);
    parseLock(await readFile(file, 'utf8'), file);
  }
  // Where a parameter has no default, nobody can tell what will be asked for.
  if (Object.values(recipe.params).some((param) => param.default === undefined)) return [];
  return resolveArtifacts(recipe, { cluster, params }).flatMap(({ artifact, at }) =>
    Object.entries(artifact.sources).flatMap(([name, source]): SourceProblem[] => {
      if (!('maven' in source) || there.includes(source.maven.lock)) return [];
      return [
        {
          location: recipe.content.document.locate([...at, 'sources', name, 'maven', 'lock']),
          message: `there is no lock file ${path.join(folder, source.maven.lock)}`,
          hint: there.length === 0 ? 'there is none at all' : `there are: ${there.join(', ')}`,
        },
      ];
    }),
  );
}
