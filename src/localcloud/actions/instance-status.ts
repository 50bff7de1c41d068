import { stateCode } from '../instance-state.ts';
import type { XmlValue } from '../xml.ts';
import { type Action, look } from './action.ts';
import { matcherOf } from './filters.ts';
import { requestedInstances } from './find.ts';
import { instanceFilters } from './instance-filters.ts';
import { pageOf } from './page.ts';
import { type Seen, seenNow } from './seen.ts';

/** After this the checks of a machine that runs have passed; EC2's take minutes. */
const initializingMs = 2000;

/** The status checks of instances that run, or of all of them; a machine that cannot be reached passes them too. */
export const describeInstanceStatus: Action = async (context) => {
  const { machines, params, nowMs } = context;
  await machines.reconcile();
  const own = await look(context);
  const all = params.get('IncludeAllInstances') === 'true';
  const found = (await seenNow(context, requestedInstances(own, params)))
    .filter(({ state }) => all || state.name === 'running')
    .filter(matcherOf(params, instanceFilters));
  const { items, nextToken } = pageOf(found, params, [5, 1000]);
  return { instanceStatusSet: items.map((instance) => statusItem(instance, nowMs)), nextToken };
};

function statusItem({ id, zone, state, wantedAtMs }: Seen, nowMs: number): XmlValue {
  const isRunning = state.name === 'running';
  const isNew = nowMs < wantedAtMs + initializingMs;
  const status = isRunning ? (isNew ? 'initializing' : 'ok') : 'not-applicable';
  const reachability = isRunning
    ? [{ name: 'reachability', status: isNew ? 'initializing' : 'passed' }]
    : [];
  const summary = { status, details: reachability };
  return {
    instanceId: id,
    availabilityZone: zone,
    instanceState: { code: stateCode(state.name), name: state.name },
    eventsSet: [],
    systemStatus: summary,
    instanceStatus: summary,
  };
}
