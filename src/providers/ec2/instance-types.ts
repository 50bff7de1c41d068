import type { InstanceTypeInfo } from '@aws-sdk/client-ec2';
import { UsageError } from '../../errors.ts';
import type { MachineFigures } from '../provider.ts';
import { isUnknownAction } from './api-error.ts';
import { allPages } from './describe.ts';
import type { Ec2Api } from './ec2-api.ts';

/**
 * The figures of instance types, in the order in which they were asked for; none on a cloud that does not tell, where
 * machines know themselves.
 * @throws {UsageError} `unknown-instance-type` when this cloud has none of one name
 */
export async function typeFigures(
  api: Ec2Api,
  instanceTypes: readonly string[],
): Promise<ReadonlyMap<string, MachineFigures>> {
  const described = await describeTypes(api, instanceTypes);
  const figures = new Map<string, MachineFigures>();
  if (described === null) return figures;
  for (const name of instanceTypes) {
    const type = described.find(({ InstanceType }) => InstanceType === name);
    if (type === undefined) throw unknownType(name);
    const memoryMib = type.MemoryInfo?.SizeInMiB;
    const cpus = type.VCpuInfo?.DefaultVCpus;
    if (memoryMib !== undefined && cpus !== undefined) figures.set(name, { memoryMib, cpus });
  }
  return figures;
}

/** Null where the cloud does not know the action, or answers it in words of its own, as Eucalyptus does. */
async function describeTypes(
  { sdk, client }: Ec2Api,
  instanceTypes: readonly string[],
): Promise<readonly InstanceTypeInfo[] | null> {
  const Filters = [{ Name: 'instance-type', Values: [...instanceTypes] }];
  let isTold = true;
  try {
    const types = await allPages(
      (NextToken) => client.send(new sdk.DescribeInstanceTypesCommand({ Filters, NextToken })),
      ({ InstanceTypes }) => {
        isTold &&= InstanceTypes !== undefined;
        return InstanceTypes;
      },
    );
    return isTold ? types : null;
  } catch (error) {
    if (isUnknownAction(error)) return null;
    throw error;
  }
}

function unknownType(name: string): UsageError {
  return new UsageError('unknown-instance-type', `this cloud has no "${name}" machines`, {
    hint: "Correct the profile's `instanceType`, for example t3.medium.",
  });
}
