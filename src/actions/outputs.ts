import { type ClusterModel, scopesOf } from '../plan/model.ts';
import { resolveOutputs } from '../recipe/resolve.ts';

/** What all recipes of a cluster have to tell when it is ready, those of the recipe that was asked for first. */
export function outputsOf(model: ClusterModel): Readonly<Record<string, string>> {
  const outputs = model.composition.components
    .toReversed()
    .map((component) => resolveOutputs(component, scopesOf(model, component).cluster));
  return Object.assign({}, ...outputs);
}
