import type { ActionContext } from '../../../../src/actions/context.ts';
import type { Cluster } from '../../../../src/actions/open-cluster.ts';
import { type Run, withRun } from '../../../../src/actions/run.ts';
import type { DeployerEvent } from '../../../../src/events.ts';
import { virtualClock } from './virtual-clock.ts';

/** What an action is given, with a clock of its own, and what it tells. */
export function contextIn(cwd: string): ActionContext & { readonly events: DeployerEvent[] } {
  const events: DeployerEvent[] = [];
  return {
    ...{ clock: virtualClock(), signal: new AbortController().signal },
    ...{ env: {}, cwd, installation: cwd, events },
    emit: (event) => void events.push(event),
  };
}

/** Does the work of a run on the cluster, under its lock and with its journal. */
export function inRun<T>(
  cluster: Cluster,
  context: ActionContext,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const place = { profile: undefined, name: undefined, state: undefined, config: undefined };
  const request = { ...place, recipe: cluster.request.recipe.name, waitMs: 0 };
  return withRun('create', async () => cluster, request, context, work);
}
