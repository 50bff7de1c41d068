import { Ec2Fault, missingParameter } from '../fault.ts';
import { rootHalfDo, withHands } from '../host.ts';
import { type InstanceState, type StateName, stateCode, stateOf } from '../instance-state.ts';
import { listOf } from '../query.ts';
import { observeAll, settle } from '../reconcile.ts';
import type { Instance } from '../record.ts';
import type { XmlValue } from '../xml.ts';
import type { Action, ActionContext } from './action.ts';
import { requestedInstances } from './own-instances.ts';

/** What a change does to an instance that is in `state`; it throws a fault where EC2 refuses. */
type Change = (instance: Instance, state: StateName, nowMs: number) => void;

/** Ends instances for good; those that are gone already stay so. */
export const terminateInstances: Action = (context) =>
  changeInstances(context, (instance, _state, nowMs) => want(instance, 'terminated', nowMs));

/** Powers instances off; they keep their disk and address. */
export const stopInstances: Action = (context) =>
  changeInstances(context, (instance, state, nowMs) => {
    refuse(instance, state, ['terminated', 'shutting-down']);
    want(instance, 'stopped', nowMs);
  });

/** Boots instances that are stopped, whoever stopped them; those that run stay as they are. */
export const startInstances: Action = (context) =>
  changeInstances(context, (instance, state, nowMs) => {
    refuse(instance, state, ['terminated', 'shutting-down', 'stopping']);
    if (state !== 'stopped') return;
    want(instance, 'running', nowMs);
    instance.boot += 1;
  });

/** Asks running instances to reboot. */
export const rebootInstances: Action = async (context) => {
  const { host, account, params } = context;
  requireIds(context);
  const requested = requestedInstances(await host.store.read(), account, params);
  const seen = await observeAll(host, requested);
  for (const instance of requested) {
    const { name } = stateOf(instance.want, seen.get(instance.id) ?? { kind: 'absent' });
    refuse(instance, name, ['terminated', 'shutting-down', 'stopping', 'stopped']);
  }
  await withHands(host, () => rootHalfDo(host, 'reboot', ...requested.map(({ id }) => id)));
  return { return: true };
};

function want(instance: Instance, wanted: Instance['want'], nowMs: number): void {
  if (instance.want === wanted) return;
  instance.want = wanted;
  instance.wantedAtMs = nowMs;
}

function refuse(instance: Instance, state: StateName, states: readonly StateName[]): void {
  if (!states.includes(state)) return;
  throw new Ec2Fault(
    'IncorrectInstanceState',
    `The instance '${instance.id}' is not in a state from which this can be done: it is ${state}`,
  );
}

function requireIds({ params }: ActionContext): void {
  if (listOf(params, 'InstanceId').length === 0) throw missingParameter('InstanceId');
}

/** Records the change of all instances or of none, makes it so, and answers with the states before and after. */
async function changeInstances(
  context: ActionContext,
  change: Change,
): Promise<Readonly<Record<string, XmlValue>>> {
  const { host, account, params, nowMs } = context;
  requireIds(context);
  return withHands(host, async () => {
    const before = await statesOf(context);
    await host.store.update((record) => {
      for (const instance of requestedInstances(record, account, params)) {
        change(instance, before.get(instance.id)?.name ?? 'pending', nowMs);
      }
    });
    await settle(host);
    const after = await statesOf(context);
    return {
      instancesSet: [...after].map(([instanceId, state]) => ({
        instanceId,
        currentState: stateItem(state),
        previousState: stateItem(before.get(instanceId) ?? state),
      })),
    };
  });
}

function stateItem({ name }: InstanceState): XmlValue {
  return { code: stateCode(name), name };
}

async function statesOf({
  host,
  account,
  params,
}: ActionContext): Promise<Map<string, InstanceState>> {
  const instances = requestedInstances(await host.store.read(), account, params);
  const seen = await observeAll(host, instances);
  return new Map(
    instances.map(({ id, want: wanted }) => [
      id,
      stateOf(wanted, seen.get(id) ?? { kind: 'absent' }),
    ]),
  );
}
