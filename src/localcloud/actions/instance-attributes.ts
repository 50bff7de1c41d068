import { Ec2Fault, invalidParameter } from '../fault.ts';
import { listOf, required } from '../query.ts';
import type { Instance } from '../record.ts';
import type { XmlValue } from '../xml.ts';
import { type Action, change, look } from './action.ts';
import { findByIds } from './find.ts';
import { groupIdsOf } from './group-ids.ts';
import { groupsOfAccount } from './security-groups.ts';

/** The attributes that can be asked for, by EC2's name. */
const readers = new Map<string, (instance: Instance) => XmlValue>([
  [
    'disableApiTermination',
    ({ isTerminationProtected = false }) => ({ value: isTerminationProtected }),
  ],
  ['disableApiStop', ({ isStopProtected = false }) => ({ value: isStopProtected })],
  ['instanceType', ({ type }) => ({ value: type })],
  ['instanceInitiatedShutdownBehavior', () => ({ value: 'stop' })],
  ['rootDeviceName', () => ({ value: '/dev/sda1' })],
  ['sourceDestCheck', () => ({ value: true })],
  ['ebsOptimized', () => ({ value: false })],
  ['groupSet', (instance) => groupIdsOf(instance).map((groupId) => ({ groupId }))],
]);

/** One attribute of an instance. */
export const describeInstanceAttribute: Action = async (context) => {
  const { params } = context;
  const { instances } = await look(context);
  const [instance] = findByIds(instances, [required(params, 'InstanceId')], 'instance');
  const attribute = required(params, 'Attribute');
  const read = readers.get(attribute);
  if (read === undefined || instance === undefined) throw invalidParameter('Attribute', attribute);
  return { instanceId: instance.id, [attribute]: read(instance) };
};

/** Changes what protects an instance, or its security groups. */
export const modifyInstanceAttribute: Action = async (context) => {
  const { params } = context;
  const id = required(params, 'InstanceId');
  const groups = listOf(params, 'GroupId');
  const isTerminationProtected = flagOf('disableApiTermination');
  const isStopProtected = flagOf('disableApiStop');
  if ((isTerminationProtected ?? isStopProtected) === undefined && groups.length === 0) {
    throw new Ec2Fault('InvalidParameterCombination', 'No attributes specified.');
  }
  await change(context, (own) => {
    const [instance] = findByIds(own.instances, [id], 'instance');
    if (instance === undefined) return;
    findByIds(groupsOfAccount(context, own), groups, 'group');
    if (groups.length > 0) instance.groups = groups;
    if (isTerminationProtected !== undefined)
      instance.isTerminationProtected = isTerminationProtected;
    if (isStopProtected !== undefined) instance.isStopProtected = isStopProtected;
  });
  return { return: true };

  /** EC2 knows two ways of writing it: `DisableApiStop.Value`, and `Attribute` with `Value`. */
  function flagOf(attribute: string): boolean | undefined {
    const named = params.get(`${attribute[0]?.toUpperCase()}${attribute.slice(1)}.Value`);
    const value = params.get('Attribute') === attribute ? params.get('Value') : named;
    if (value === undefined) return undefined;
    if (value !== 'true' && value !== 'false') throw invalidParameter(attribute, value);
    return value === 'true';
  }
};
