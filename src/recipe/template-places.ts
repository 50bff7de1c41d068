import type { Shape } from '../render/shape.ts';
import type { YamlPath } from '../yaml/parse.ts';
import { lifeEvents } from './schema.ts';
import { clusterShape, type Nameable, nodeScopeShape, proofShape } from './scope.ts';

/** What a template at a path of a recipe may speak of; undefined where no template can stand. */
export type ShapeAt = (path: YamlPath) => Shape | undefined;

/** The places of a recipe that may hold templates: what is filled per node sees `node`, the rest only the cluster. */
export function templatePlaces(recipe: Nameable): ShapeAt {
  const cluster = clusterShape(recipe);
  const node = nodeScopeShape(recipe, undefined);
  const proof = proofShape(recipe);
  const proofAtNode = nodeScopeShape(recipe, 'nonce');

  const inGate = ([key]: YamlPath): Shape => (key === 'probe' ? node : cluster);
  const inPhase = ([key, ...rest]: YamlPath): Shape | undefined => {
    if (key === 'steps') return node;
    if (key === 'gate') return inGate(rest);
    if (!lifeEvents.some((event) => event === key)) return undefined;
    if (rest[0] === 'gate' || rest[0] === 'order') return inGate(rest.slice(1));
    return rest[0] === 'command' ? node : undefined;
  };
  const inProof = ([key, inner]: YamlPath): Shape | undefined => {
    if (key === 'class' || key === 'about') return undefined;
    return key === 'probe' || inner === 'command' ? proofAtNode : proof;
  };
  return ([section, , ...rest]) => {
    if (section === 'phases') return inPhase(rest.slice(1));
    if (section === 'proofs') return inProof(rest);
    return section === 'outputs' ? cluster : undefined;
  };
}
