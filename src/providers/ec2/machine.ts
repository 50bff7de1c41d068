import type { Instance } from '@aws-sdk/client-ec2';
import type { Machine, MachineState } from '../provider.ts';
import { launchOrdinals, tagMap, tagNames } from './tags.ts';

const states: ReadonlySet<string> = new Set([
  'pending',
  'running',
  'stopping',
  'stopped',
  'shutting-down',
  'terminated',
] satisfies MachineState[]);

/** Whether a cloud's word for a state is one of EC2's. */
export function isMachineState(word: string): word is MachineState {
  return states.has(word);
}

/** The machine behind an EC2 instance, or `null` when its tags do not say which node of a cluster it is. */
export function toMachine(instance: Instance): Machine | null {
  const tags = tagMap(instance.Tags);
  const ordinal = ordinalOf(instance, tags);
  const incarnation = Number(tags.get(tagNames.incarnation));
  const state = instance.State?.Name ?? '';
  if (ordinal === undefined || !Number.isInteger(incarnation) || !isMachineState(state))
    return null;
  return {
    id: instance.InstanceId ?? '',
    ordinal,
    incarnation,
    state,
    ...present('stateReason', instance.StateReason?.Message),
    ...present('address', instance.PrivateIpAddress),
    ...present('publicAddress', instance.PublicIpAddress),
    zone: instance.Placement?.AvailabilityZone ?? '',
    instanceType: instance.InstanceType ?? '',
    isLabelled: tags.get(tagNames.ordinal) === String(ordinal),
  };
}

/**
 * The entry of the launch's list at the instance's launch index, since one call tags all its machines alike; where
 * somebody took that list off, the machine's own tag.
 */
function ordinalOf(instance: Instance, tags: ReadonlyMap<string, string>): number | undefined {
  const ordinals = launchOrdinals(tags);
  if (ordinals !== null) return ordinals[instance.AmiLaunchIndex ?? 0];
  const own = tags.get(tagNames.ordinal) ?? '';
  return /^[1-9]\d{0,5}$/.test(own) ? Number(own) : undefined;
}

function present<K extends string>(key: K, value: string | undefined): { [P in K]?: string } {
  const entry: { [P in K]?: string } = {};
  if (value !== undefined && value !== '') entry[key] = value;
  return entry;
}
