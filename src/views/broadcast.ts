import type { DeployerEvent } from '../events.ts';
import type { View } from './view.ts';

/** One view over several; a view that throws is left out from then on and cannot fail the run or the other views. */
export function broadcast(views: readonly View[]): View {
  const working = new Set(views);
  return {
    handle(event: DeployerEvent) {
      for (const view of working) {
        try {
          view.handle(event);
        } catch {
          working.delete(view);
        }
      }
    },
    async close() {
      await Promise.allSettled(views.map(async (view) => view.close()));
    },
  };
}
