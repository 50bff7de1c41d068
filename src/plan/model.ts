import { type Artifact, artifactKey } from '../artifacts/artifact.ts';
import type { Step } from '../node/step-kinds.ts';
import type { Component, Composition } from '../recipe/composition.ts';
import { type ClusterValues, componentScopes, type Scopes } from '../recipe/scope.ts';

/** Everything that decides what a cluster is to be: its recipes and all that their templates see. */
export interface ClusterModel extends ClusterValues {
  readonly composition: Composition;
  /**
   * What nodes are told of each artifact, by its recipe and its key; empty where nobody asks what nodes are to be.
   */
  readonly artifacts: ReadonlyMap<string, Step>;
}

/** The name of the cluster's node with this ordinal, like `zookeeper-default-2`. */
export function nodeName(clusterName: string, ordinal: number): string {
  return `${clusterName}-${ordinal}`;
}

/** What stands for a value that is known only once the machine exists, or the cluster has begun. */
export function placeholder(name: string, value: 'address' | 'uid' | 'zone' | 'secret'): string {
  return `‹${name}.${value}›`;
}

/** Whether a text that templates gave speaks of something that is not known yet. */
export function hasPlaceholder(text: string): boolean {
  return /‹[^‹›]+\.(address|uid|zone|secret)›/.test(text);
}

/** By what an artifact of a recipe is found in a {@link ClusterModel}. */
export function artifactPlace(recipe: string, artifact: Artifact): string {
  return `${recipe} ${artifactKey(artifact)}`;
}

/** What the templates of a component see. */
export function scopesOf(model: ClusterModel, component: Component): Scopes {
  return componentScopes(component, model.composition, model, {});
}
