import { type Component, type Composition, qualified } from './composition.ts';
import type { ParamValue } from './param-values.ts';
import type { Founder, Recorded } from './recorded.ts';

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
  /** Address of the member whose place this machine is to take; null where it takes nobody's. */
  readonly replaces: string | null;
}

/** What templates of a recipe see of another one that it uses. */
export interface UsedScope {
  readonly params: Readonly<Record<string, ParamValue>>;
  readonly nodes: readonly NodeScope[];
  readonly roles: Readonly<Record<string, readonly NodeScope[]>>;
}

/** What templates see that speak of a cluster as a whole; of its nodes those that hold a role of their recipe. */
export interface ClusterScope extends UsedScope {
  readonly cluster: {
    readonly name: string;
    readonly uid: string;
    readonly recipe: string;
    readonly profile: string;
  };
  readonly uses: Readonly<Record<string, UsedScope>>;
  readonly recorded: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** What templates see that are filled before there are nodes. */
export interface ChoiceScope extends Pick<ClusterScope, 'params'> {
  readonly cluster: Omit<ClusterScope['cluster'], 'uid'>;
}

/** What templates see that are filled for one node. */
export interface TemplateScope extends ClusterScope {
  readonly node: NodeScope;
}

/** What templates of proofs see besides: `nonce` is a random text of the run, so that an old answer cannot pass. */
export interface ProofScope extends ClusterScope {
  readonly nonce: string;
}

/** A machine that is a member of a service. */
export interface Member extends Founder {
  /** Missing where nobody has kept it. */
  readonly address?: string | undefined;
}

/** What is known of a cluster as a whole, over all of its recipes. */
export interface ClusterValues {
  readonly cluster: ClusterScope['cluster'];
  /** In the order of their ordinals, with the names that roles have in the cluster. */
  readonly nodes: readonly NodeScope[];
  readonly recorded: Recorded;
  /** By recipe, then by name. */
  readonly secrets: Readonly<Record<string, Readonly<Record<string, string>>>>;
  /**
   * By service whose `first` is through: the machines that are its members and know each other. For every other machine
   * it is yet to join.
   */
  readonly formed: ReadonlyMap<string, readonly Member[]>;
}

/** The nodes that hold a role of a component, as its own templates see them. */
export function ownNodes(
  component: Component,
  { nodes, recorded, formed }: Pick<ClusterValues, 'nodes' | 'recorded' | 'formed'>,
): readonly NodeScope[] {
  const founders = recorded[component.recipe.name]?.founders;
  return nodes.flatMap((node): NodeScope[] => {
    const roles = Object.keys(component.recipe.roles).filter((role) =>
      node.roles.includes(qualified(component, role)),
    );
    if (roles.length === 0) return [];
    const founder = founders === undefined ? node.founder : isFounder(node, founders);
    return [{ ...node, roles, founder, replaces: replacedBy(node, component, formed) }];
  });
}

/** What templates of a component see that speak of the cluster as a whole. */
export function componentScope(
  component: Component,
  { components }: Pick<Composition, 'components'>,
  values: ClusterValues,
): ClusterScope {
  const { name, uses } = component.recipe;
  const usedScopes = uses.flatMap((use) => {
    const used = components.find(({ recipe }) => recipe.name === use.recipe.name);
    return used === undefined ? [] : [[use.recipe.name, usedScope(used, values)] as const];
  });
  return {
    ...usedScope(component, values),
    cluster: values.cluster,
    uses: Object.fromEntries(usedScopes),
    recorded: values.recorded[name]?.values ?? {},
    secrets: values.secrets[name] ?? {},
  };
}

/** What templates of a component see: those about the cluster as a whole, and those that are filled for one node. */
export interface Scopes<S extends ClusterScope = ClusterScope> {
  readonly cluster: S;
  /** Whether the node with this ordinal holds a role of the component. */
  holds(ordinal: number): boolean;
  /** @throws {RangeError} when the node with this ordinal holds no role of the component */
  at(ordinal: number): S & TemplateScope;
}

/** The {@link Scopes} of a component, with more names such as `nonce`. */
export function componentScopes<More extends object>(
  component: Component,
  composition: Pick<Composition, 'components'>,
  values: ClusterValues,
  more: More,
): Scopes<ClusterScope & More> {
  const cluster = { ...componentScope(component, composition, values), ...more };
  return {
    cluster,
    holds: (ordinal) => cluster.nodes.some((node) => node.ordinal === ordinal),
    at: (ordinal) => atNode(component, values, cluster, ordinal),
  };
}

/** The scope with one of its nodes, and the values that are recorded for that. */
export function atNode<S extends ClusterScope>(
  { recipe }: Component,
  { recorded }: Pick<ClusterValues, 'recorded'>,
  scope: S,
  ordinal: number,
): S & TemplateScope {
  const node = scope.nodes.find((each) => each.ordinal === ordinal);
  if (node === undefined) throw new RangeError(`node ${ordinal} has no role of ${recipe.name}`);
  const own = Object.entries(recorded[recipe.name]?.nodes ?? {}).map(([name, values]) => [
    name,
    values[String(ordinal)] ?? null,
  ]);
  return { ...scope, recorded: { ...scope.recorded, ...Object.fromEntries(own) }, node };
}

function usedScope(component: Component, values: ClusterValues): UsedScope {
  const nodes = ownNodes(component, values);
  const roles = Object.keys(component.recipe.roles).map((role) => [
    role,
    nodes.filter((node) => node.roles.includes(role)),
  ]);
  return { params: component.params, nodes, roles: Object.fromEntries(roles) };
}

function isFounder(node: NodeScope, founders: readonly Founder[]): boolean {
  return founders.some(
    ({ ordinal, incarnation }) => ordinal === node.ordinal && incarnation === node.incarnation,
  );
}

/** The address that a member of the component's services had whose ordinal the node has taken over. */
function replacedBy(
  { ordinal, incarnation }: NodeScope,
  { recipe }: Component,
  formed: ClusterValues['formed'],
): string | null {
  const services = recipe.phases.flatMap(({ service }) => service?.name ?? []);
  const members = services.flatMap((service) => formed.get(service) ?? []);
  const former = members.find((each) => each.ordinal === ordinal && each.incarnation < incarnation);
  return former?.address ?? null;
}
