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

async function describeTypes({ sdk, client }: Ec2Api, instanceTypes: readonly string[]) {
  const Filters = [{ Name: 'instance-type', Values: [...instanceTypes] }];
  let isTold = false;
  try {
    const types = await allPages(
      (NextToken) => client.send(new sdk.DescribeInstanceTypesCommand({ Filters, NextToken })),
      ({ InstanceTypes }) => {
        // Eucalyptus answers in words of its own, of which the client understands none.
        isTold ||= InstanceTypes !== undefined;
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
