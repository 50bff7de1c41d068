import type { Filter, Instance, KeyPairInfo } from '@aws-sdk/client-ec2';
import type { Ec2Api } from './ec2-api.ts';

/** A filter by one tag. */
export function byTag(name: string, value: string): Filter {
  return { Name: `tag:${name}`, Values: [value] };
}

/** A filter that leaves out machines that are gone. */
export const notTerminated: Filter = {
  Name: 'instance-state-name',
  Values: ['pending', 'running', 'stopping', 'stopped', 'shutting-down'],
};

/** Every instance that passes all filters, whatever the number of pages. */
export async function describeInstances(
  { sdk, client }: Ec2Api,
  filters: Filter[],
): Promise<readonly Instance[]> {
  const instances: Instance[] = [];
  let token: string | undefined;
  do {
    const page = await client.send(
      new sdk.DescribeInstancesCommand({ Filters: filters, MaxResults: 1000, NextToken: token }),
    );
    for (const reservation of page.Reservations ?? []) {
      instances.push(...(reservation.Instances ?? []));
    }
    token = page.NextToken;
  } while (token !== undefined && token !== '');
  return instances;
}

/** The key pairs that pass all filters. */
export async function describeKeyPairs(
  { sdk, client }: Ec2Api,
  filters: Filter[],
): Promise<readonly KeyPairInfo[]> {
  const answer = await client.send(new sdk.DescribeKeyPairsCommand({ Filters: filters }));
  return answer.KeyPairs ?? [];
}
