import { Ec2Fault } from '../fault.ts';
import { type InstanceType, instanceTypes } from '../instance-types.ts';
import { listOf } from '../query.ts';
import type { Action } from './action.ts';
import { filterTable, matcherOf } from './filters.ts';
import { pageOf } from './page.ts';

type Filtered = InstanceType & { readonly tags: readonly [] };

const filters = filterTable<Filtered>({ 'instance-type': (type) => [type.name] });

/** Describes the sizes of machine that there are. */
export const describeInstanceTypes: Action = async ({ params, personality }) => {
  const names = listOf(params, 'InstanceType');
  const missing = names.find((name) => !instanceTypes.some((type) => type.name === name));
  if (missing !== undefined) {
    throw new Ec2Fault(
      'InvalidInstanceType',
      `The following supplied instance types do not exist: [${missing}]`,
    );
  }
  const named = instanceTypes
    .filter(({ name }) => names.length === 0 || names.includes(name))
    .map((type): Filtered => ({ ...type, tags: [] }));
  if (personality.instanceTypes === 'eucalyptus')
    return { instanceTypeDetails: named.map(eucalyptusItem) };
  const found = named.filter(matcherOf(params, filters));
  const { items, nextToken } = pageOf(found, params, [5, 100]);
  return {
    instanceTypeSet: items.map(({ name, cpus, memoryMib }) => ({
      instanceType: name,
      currentGeneration: true,
      vCpuInfo: { defaultVCpus: cpus, defaultCores: Math.ceil(cpus / 2), defaultThreadsPerCore: 2 },
      memoryInfo: { sizeInMiB: memoryMib },
    })),
    nextToken,
  };
};

/** In Eucalyptus a disk is a number of the type, in GiB. */
function eucalyptusItem({ name, cpus, memoryMib }: InstanceType) {
  const disk = 8;
  return {
    name,
    cpu: cpus,
    disk,
    memory: memoryMib,
    networkInterfaces: 1,
    availability: [],
    ephemeralDisk: [],
  };
}
