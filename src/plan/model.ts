import type { Recipe } from '../recipe/recipe.ts';
import type { ClusterScope, NodeScope, TemplateScope } from '../recipe/scope.ts';

/** A machine that is a member of a service. */
export interface Member {
  readonly ordinal: number;
  readonly incarnation: number;
}

/** Everything that decides what a cluster is to be: the recipe and all that its templates see. */
export interface ClusterModel {
  readonly recipe: Recipe;
  readonly cluster: ClusterScope['cluster'];
  readonly params: ClusterScope['params'];
  readonly recorded: ClusterScope['recorded'];
  /** In the order of their ordinals; a machine that does not exist yet has placeholders for addresses. */
  readonly nodes: readonly NodeScope[];
  /**
   * By service whose `first` is through: the machines that are its members and know each other. For every other machine
   * it is yet to join.
   */
  readonly formed: ReadonlyMap<string, readonly Member[]>;
}

/** The name of the cluster's node with this ordinal, like `zookeeper-default-2`. */
export function nodeName(clusterName: string, ordinal: number): string {
  return `${clusterName}-${ordinal}`;
}

/** What stands for a value that is known only once the machine exists. */
export function placeholder(name: string, value: 'address' | 'uid'): string {
  return `‹${name}.${value}›`;
}

/** Whether a text that templates gave speaks of something that is not known yet. */
export function hasPlaceholder(text: string): boolean {
  return /‹[^‹›]+\.(address|uid)›/.test(text);
}

/** What templates see that are about the cluster as a whole. */
export function clusterScope(model: ClusterModel): ClusterScope {
  const roles = Object.keys(model.recipe.roles).map((role) => [
    role,
    model.nodes.filter((node) => node.roles.includes(role)),
  ]);
  return {
    cluster: model.cluster,
    params: model.params,
    recorded: model.recorded,
    nodes: model.nodes,
    roles: Object.fromEntries(roles),
  };
}

/** What templates see that are rendered for one node. */
export function nodeScope(model: ClusterModel, node: NodeScope): TemplateScope {
  return { ...clusterScope(model), node };
}
