import { endInstance } from '../end-instance.ts';
import { Ec2Fault, missingParameter } from '../fault.ts';
import { withHands } from '../host.ts';
import { type InstanceState, type StateName, stateCode } from '../instance-state.ts';
import { misdeedOf } from '../misdeeds.ts';
import { listOf } from '../query.ts';
import type { CloudRecord, Instance } from '../record.ts';
import type { XmlValue } from '../xml.ts';
import { type Action, type ActionContext, change, look } from './action.ts';
import { requestedInstances } from './find.ts';
import { seenNow } from './seen.ts';

/** What a change does to an instance that is in `state`; it throws a fault where EC2 refuses. */
type Change = (instance: Instance, state: StateName, record: CloudRecord) => void;

/** Ends instances for good; those that are gone already stay so. None is ended when one of them is protected. */
export const terminateInstances: Action = (context) =>
  changeInstances(context, (instance, _state, record) => {
    if (obeysProtection(context) && instance.isTerminationProtected === true)
      throw isProtected(instance, 'terminated', 'Termination');
    endInstance(record, instance, context.nowMs);
  });

/** Powers instances off; they keep their disk and address. */
export const stopInstances: Action = (context) =>
  changeInstances(context, (instance, state) => {
    refuse(instance, state, ['terminated', 'shutting-down']);
    if (obeysProtection(context) && instance.isStopProtected === true)
      throw isProtected(instance, 'stopped', 'Stop');
    if (instance.spotRequest !== undefined) {
      throw new Ec2Fault(
        'UnsupportedOperation',
        `You can't stop the Spot Instance '${instance.id}' because it is associated with a one-time Spot Instance request.`,
      );
    }
    want(instance, 'stopped', context);
  });

/** Boots instances that are stopped, whoever stopped them; those that run stay as they are. */
export const startInstances: Action = (context) =>
  changeInstances(context, (instance, state) => {
    refuse(instance, state, ['terminated', 'shutting-down', 'stopping']);
    if (state !== 'stopped') return;
    want(instance, 'running', context);
    instance.boot += 1;
  });

/** Asks running instances to reboot. */
export const rebootInstances: Action = async (context) => {
  const { host, machines, params } = context;
  requireIds(context);
  const requested = await seenNow(context, requestedInstances(await look(context), params));
  for (const instance of requested) {
    refuse(instance, instance.state.name, ['terminated', 'shutting-down', 'stopping', 'stopped']);
  }
  await withHands(host, () => machines.reboot(requested.map(({ id }) => id)));
  return { return: true };
};

function want(instance: Instance, wanted: Instance['want'], { nowMs }: ActionContext): void {
  if (instance.want === wanted) return;
  instance.want = wanted;
  instance.wantedAtMs = nowMs;
  delete instance.endReason;
}

function obeysProtection({ misdeeds }: ActionContext): boolean {
  return misdeedOf(misdeeds, 'ignore-protection') === undefined;
}

function isProtected({ id }: Instance, past: string, what: string): Ec2Fault {
  return new Ec2Fault(
    'OperationNotPermitted',
    `The instance '${id}' may not be ${past}. Modify its 'disableApi${what}' instance attribute and try again.`,
  );
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
  apply: Change,
): Promise<Readonly<Record<string, XmlValue>>> {
  const { host, machines, params } = context;
  requireIds(context);
  return withHands(host, async () => {
    const before = await statesOf(context);
    await change(context, (own, record) => {
      for (const instance of requestedInstances(own, params)) {
        apply(instance, before.get(instance.id)?.name ?? 'pending', record);
      }
    });
    await machines.settle();
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

async function statesOf(context: ActionContext): Promise<Map<string, InstanceState>> {
  const instances = requestedInstances(await look(context), context.params);
  return new Map((await seenNow(context, instances)).map(({ id, state }) => [id, state]));
}
