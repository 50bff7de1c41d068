import type { ClusterModel } from '../plan/model.ts';
import { resolveNotices } from '../recipe/resolve.ts';
import type { ActionContext } from './context.ts';

/** Tells what the recipes of a cluster want their users to know before anything is changed. */
export function tellNotices(
  { composition, cluster }: ClusterModel,
  { emit }: Pick<ActionContext, 'emit'>,
): void {
  for (const component of composition.components) {
    for (const message of resolveNotices(component, { cluster })) {
      emit({ type: 'notice', level: 'info', message: `${component.recipe.name}: ${message}` });
    }
  }
}
