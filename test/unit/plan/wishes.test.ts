import { describe, expect, test } from 'vitest';
import type { ArtifactStep } from '../../../src/node/steps/artifact.ts';
import { artifactPlace } from '../../../src/plan/model.ts';
import { stepTitle } from '../../../src/plan/step-title.ts';
import { nodeWishes } from '../../../src/plan/wishes.ts';
import { resolveArtifacts } from '../../../src/recipe/artifacts.ts';
import { topOf } from '../../../src/recipe/composition.ts';
import { modelOfText } from './model-of.ts';

const text = `recipe: demo
about: for tests
supports: [debian-12]
roles:
  server: {count: 1}
phases:
  - install:
      steps:
        - artifact:
            name: thing
            version: "1.0"
            sources: {own: {file: x.zip, checksum: {sha256: ${'a'.repeat(64)}}, unpack: {}}}
  - start:
      service: {name: thing}
      first: {mode: batched}
`;

const settledStep: ArtifactStep = {
  ...{ name: 'thing', version: '1.0', source: 'own', folder: '/opt/thing', id: 'b'.repeat(64) },
  files: [{ digest: `sha256:${'a'.repeat(64)}`, as: 'archive' }],
  unpack: { format: 'zip', strip: 0 },
};

async function wishesWith(step: ArtifactStep) {
  const model = await modelOfText(text, 1);
  const { recipe, params } = topOf(model.composition);
  const [placed] = resolveArtifacts(recipe, { cluster: model.cluster, params });
  const [node] = model.nodes;
  if (placed === undefined || node === undefined) throw new Error('the recipe has an artifact');
  const artifacts = new Map([[artifactPlace(recipe.name, placed.artifact), { artifact: step }]]);
  return nodeWishes({ ...model, artifacts }, node).map(({ step: each }) => each);
}

describe('an artifact among the wishes of a node', () => {
  test('is what was settled for it, and reads well in a plan', async () => {
    const [step] = await wishesWith(settledStep);
    expect(step).toEqual({ artifact: settledStep });
    expect(step && stepTitle(step)).toBe('artifact thing 1.0 (own)');
  });

  test('asks for a restart when its content or its folder is another, not when its source is', async () => {
    const inputs = async (changes: Partial<ArtifactStep>) => {
      const [, service] = await wishesWith({ ...settledStep, ...changes });
      return service !== undefined && 'service' in service ? service.service.inputs : undefined;
    };
    const before = await inputs({});
    expect(await inputs({ source: 'publisher' })).toBe(before);
    expect(await inputs({ id: 'c'.repeat(64) })).not.toBe(before);
    expect(await inputs({ version: '1.1' })).not.toBe(before);
  });

  test('is an error where it was not settled', async () => {
    const model = await modelOfText(text, 1);
    const [node] = model.nodes;
    expect(() => node && nodeWishes(model, node)).toThrow('artifact thing was not settled');
  });
});
