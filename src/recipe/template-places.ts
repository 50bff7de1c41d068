import { type Shape, scalar } from '../render/shape.ts';
import type { YamlDocument, YamlPath } from '../yaml/parse.ts';
import { valueAt } from '../yaml/value-at.ts';
import { lifeEvents } from './phase-schema.ts';
import {
  choiceShape,
  clusterShape,
  type Nameable,
  nodeScopeShape,
  proofShape,
  secretsShape,
} from './scope-shapes.ts';

/** What a template at a path of a recipe may speak of; undefined where no template can stand. */
export type ShapeAt = (path: YamlPath) => Shape | undefined;

/** The places of a recipe that may hold templates: what is filled per node sees `node`, the rest only the cluster. */
export function templatePlaces(recipe: Nameable, { value }: Pick<YamlDocument, 'value'>): ShapeAt {
  const choice = choiceShape(recipe);
  const cluster = clusterShape(recipe);
  const node = nodeScopeShape(recipe);
  const secret = nodeScopeShape(recipe, { secrets: secretsShape(recipe) });
  const proof = proofShape(recipe);
  const proofAtNode = nodeScopeShape(recipe, { nonce: scalar });

  const inGate = ([key]: YamlPath): Shape =>
    key === 'probe' || key === 'progress' ? node : cluster;
  const inStep = (path: YamlPath): Shape => {
    if (path[5] === 'artifact') return choice;
    return isSecretText(value, path) ? secret : node;
  };
  const inPhase = (path: YamlPath): Shape | undefined => {
    const [key, ...rest] = path.slice(3);
    if (key === 'steps') return inStep(path);
    if (key === 'gate') return inGate(rest);
    if (key === 'service') return rest[0] === 'version' ? choice : undefined;
    if (!lifeEvents.some((event) => event === key)) return undefined;
    if (gateKeys.some((each) => each === rest[0])) return inGate(rest.slice(1));
    return rest[0] === 'command' ? node : undefined;
  };
  const inProof = ([key, inner]: YamlPath): Shape | undefined => {
    if (key === 'class' || key === 'about' || key === 'roles' || key === 'stop') return undefined;
    const isAsked = key === 'probe' || inner === 'command' || inner === 'probe';
    return isAsked ? proofAtNode : proof;
  };
  const inRecorded = (path: YamlPath): Shape | undefined => {
    if (path[2] !== 'value') return undefined;
    return valueAt(value, [...path.slice(0, 2), 'scope']) === 'node' ? node : cluster;
  };
  return (path) => {
    const [section, , key] = path;
    if (section === 'phases') return inPhase(path);
    if (section === 'proofs') return inProof(path.slice(2));
    if (section === 'uses') return key === 'params' ? choice : undefined;
    if (section === 'recorded') return inRecorded(path);
    if (section === 'notices' || section === 'clientPorts') return choice;
    return section === 'outputs' ? cluster : undefined;
  };
}

const gateKeys = ['gate', 'settled', 'order'] as const;

/** Whether a path is that of the text of a step's file that is kept secret: the only place for secrets. */
function isSecretText(recipe: unknown, path: YamlPath): boolean {
  const [kind, key, ...more] = path.slice(5);
  const isText = kind === 'file' && (key === 'content' || key === 'template') && more.length === 0;
  return isText && valueAt(recipe, [...path.slice(0, 6), 'secret']) === true;
}
