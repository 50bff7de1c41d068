import type { Component, Composition } from '../recipe/composition.ts';
import { type ClusterValues, componentScopes, type Scopes } from '../recipe/scope.ts';

/** Everything that decides what a cluster is to be: its recipes and all that their templates see. */
export interface ClusterModel extends ClusterValues {
  readonly composition: Composition;
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

/** What the templates of a component see. */
export function scopesOf(model: ClusterModel, component: Component): Scopes {
  return componentScopes(component, model.composition, model, {});
}
