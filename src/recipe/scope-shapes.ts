import { anything, list, object, type Shape, scalar } from '../render/shape.ts';
import type { Param } from './params.ts';
import { foundersValue, type RecipeHead } from './schema.ts';

/** What of a recipe its templates may speak of. */
export interface Nameable extends Pick<RecipeHead, 'params' | 'roles' | 'recorded' | 'secrets'> {
  readonly uses: readonly {
    readonly recipe: Pick<RecipeHead, 'params' | 'roles'> & { readonly name: string };
  }[];
}

type Fields = Readonly<Record<string, Shape>>;

const nodeShape = object({
  ordinal: scalar,
  name: scalar,
  address: scalar,
  publicAddress: scalar,
  zone: scalar,
  roles: list(scalar),
  facts: object({ memoryMib: scalar, cpus: scalar }),
  founder: scalar,
  incarnation: scalar,
  replaces: scalar,
});

const foundersShape = list(object({ ordinal: scalar, incarnation: scalar }));

/** What is known before there is any node: what was chosen, and what the cluster is called. */
export function choiceShape({ params }: Pick<Nameable, 'params'>): Shape {
  const cluster = object({ name: scalar, recipe: scalar, profile: scalar });
  return object({ params: paramsShape(params), cluster });
}

/** The shape of a `ClusterScope` for one recipe: its own parameters, roles and recorded values. */
export function clusterShape(recipe: Nameable): Shape {
  return object(clusterFields(recipe));
}

/** The shape of a `TemplateScope`, with more names such as `nonce` or `secrets`. */
export function nodeScopeShape(recipe: Nameable, more: Fields = {}): Shape {
  const fields = clusterFields(recipe);
  const recorded = object(recordedFields(recipe, ['cluster', 'node']));
  return object({ ...fields, recorded, node: nodeShape, ...more });
}

/** The shape of a `ProofScope`. */
export function proofShape(recipe: Nameable): Shape {
  return object({ ...clusterFields(recipe), nonce: scalar });
}

/** What `secrets` holds in the files that may hold one. */
export function secretsShape({ secrets }: Pick<Nameable, 'secrets'>): Shape {
  return object(mapValues(secrets, () => scalar));
}

function clusterFields(recipe: Nameable): Fields {
  const used = recipe.uses.map(
    ({ recipe: each }) => [each.name, object(usedFields(each))] as const,
  );
  return {
    cluster: object({ name: scalar, uid: scalar, recipe: scalar, profile: scalar }),
    ...usedFields(recipe),
    uses: object(Object.fromEntries(used)),
    recorded: object(recordedFields(recipe, ['cluster'])),
  };
}

function usedFields({ params, roles }: Pick<Nameable, 'params' | 'roles'>): Fields {
  return {
    params: paramsShape(params),
    nodes: list(nodeShape),
    roles: object(mapValues(roles, () => list(nodeShape))),
  };
}

function recordedFields(
  { recorded }: Pick<Nameable, 'recorded'>,
  scopes: readonly string[],
): Fields {
  const visible = Object.entries(recorded).filter(([, { scope }]) => scopes.includes(scope));
  return mapValues(Object.fromEntries(visible), ({ value }) =>
    value === foundersValue ? foundersShape : anything,
  );
}

function paramsShape(params: Readonly<Record<string, Param>>): Shape {
  return object(mapValues(params, paramShape));
}

function paramShape({ type, fields }: Pick<Param, 'type' | 'fields'>): Shape {
  if (type !== 'list') return scalar;
  if (fields === undefined) return list(scalar);
  return list(
    object(mapValues(fields, ({ type: kind }) => (kind === 'list' ? list(scalar) : scalar))),
  );
}

function mapValues<In, Out>(
  record: Readonly<Record<string, In>>,
  change: (value: In) => Out,
): Record<string, Out> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
