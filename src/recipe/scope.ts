import { list, object, type Shape, scalar } from '../render/shape.ts';
import { type ParamValue, sampleValue } from './params.ts';
import type { RecipeHead } from './schema.ts';

/** What of a recipe its templates may speak of. */
export interface Nameable extends Pick<RecipeHead, 'params' | 'roles' | 'recorded'> {
  readonly name: string;
}

/** What templates see of one node. */
export interface NodeScope {
  /** 1…N, for ever. */
  readonly ordinal: number;
  readonly name: string;
  /** Inside the cluster's network. */
  readonly address: string;
  readonly publicAddress: string | null;
  readonly zone: string | null;
  readonly roles: readonly string[];
  readonly facts: { readonly memoryMib: number; readonly cpus: number };
  /** Whether this very machine took part in the first formation of the service. */
  readonly founder: boolean;
  /** 1 for the first machine behind the ordinal, 2 for the next. */
  readonly incarnation: number;
}

/** A machine that took part in the first formation. */
export interface Founder {
  readonly ordinal: number;
  readonly incarnation: number;
}

/** What templates see that speak of a cluster as a whole. */
export interface ClusterScope {
  readonly cluster: {
    readonly name: string;
    readonly uid: string;
    readonly recipe: string;
    readonly profile: string;
  };
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly nodes: readonly NodeScope[];
  readonly roles: Readonly<Record<string, readonly NodeScope[]>>;
  readonly recorded: Readonly<Record<string, readonly Founder[]>>;
}

/** What templates see that are filled for one node. */
export interface TemplateScope extends ClusterScope {
  readonly node: NodeScope;
}

/** What templates of proofs see besides: `nonce` is a random text of the run, so that an old answer cannot pass. */
export interface ProofScope extends ClusterScope {
  readonly nonce: string;
}

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
});

/** The shape of {@link ClusterScope} for one recipe: its own parameters, roles and recorded values. */
export function clusterShape(recipe: Nameable): Extract<Shape, { kind: 'object' }> {
  const founders = list(object({ ordinal: scalar, incarnation: scalar }));
  return {
    kind: 'object',
    fields: {
      cluster: object({ name: scalar, uid: scalar, recipe: scalar, profile: scalar }),
      params: object(
        mapValues(recipe.params, (param) => (param.type === 'list' ? list(scalar) : scalar)),
      ),
      nodes: list(nodeShape),
      roles: object(mapValues(recipe.roles, () => list(nodeShape))),
      recorded: object(mapValues(recipe.recorded, () => founders)),
    },
  };
}

/** The shape of {@link TemplateScope}; with `nonce` also that of what a proof's commands see. */
export function nodeScopeShape(recipe: Nameable, extra: 'nonce' | undefined): Shape {
  const { fields } = clusterShape(recipe);
  return object({ ...fields, node: nodeShape, ...(extra === undefined ? {} : { nonce: scalar }) });
}

/** The shape of {@link ProofScope}. */
export function proofShape(recipe: Nameable): Shape {
  return object({ ...clusterShape(recipe).fields, nonce: scalar });
}

/** A cluster that does not exist (RFC 5737 addresses, default parameters), to try a recipe's templates on. */
export function sampleScope(recipe: Nameable): ProofScope {
  const roles = Object.entries(recipe.roles);
  const size = Math.max(...roles.map(([, role]) => role.count));
  const nodes = Array.from({ length: size }, (_, index) =>
    sampleNode(`${recipe.name}-default-${index + 1}`, index + 1, rolesOf(roles, index + 1)),
  );
  const founders = nodes.map(({ ordinal, incarnation }) => ({ ordinal, incarnation }));
  return {
    cluster: {
      name: `${recipe.name}-default`,
      uid: 'sample',
      recipe: recipe.name,
      profile: 'default',
    },
    params: mapValues(recipe.params, sampleValue),
    nodes,
    roles: mapValues(recipe.roles, (_, name) => nodes.filter((node) => node.roles.includes(name))),
    recorded: mapValues(recipe.recorded, () => founders),
    nonce: 'sample',
  };
}

function rolesOf(
  roles: readonly (readonly [string, { count: number }])[],
  ordinal: number,
): string[] {
  return roles.filter(([, role]) => ordinal <= role.count).map(([name]) => name);
}

function sampleNode(name: string, ordinal: number, roles: readonly string[]): NodeScope {
  return {
    ordinal,
    name,
    address: `192.0.2.${ordinal % 255}`,
    publicAddress: `198.51.100.${ordinal % 255}`,
    zone: 'zone-a',
    roles,
    facts: { memoryMib: 4096, cpus: 2 },
    founder: true,
    incarnation: 1,
  };
}

function mapValues<In, Out>(
  record: Readonly<Record<string, In>>,
  change: (value: In, key: string) => Out,
): Record<string, Out> {
  return Object.fromEntries(
    Object.entries(record).map(([key, value]) => [key, change(value, key)]),
  );
}
