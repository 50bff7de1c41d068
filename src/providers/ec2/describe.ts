import type { Filter, Instance } from '@aws-sdk/client-ec2';
import type { Ec2Api } from './ec2-api.ts';

/** What an answer that comes in pages has in common. */
interface Page {
  readonly NextToken?: string | undefined;
}

/** All pages of an answer, whatever their number. */
export async function allPages<P extends Page, T>(
  ask: (token: string | undefined) => Promise<P>,
  itemsOf: (page: P) => readonly T[] | undefined,
): Promise<readonly T[]> {
  const items: T[] = [];
  let token: string | undefined;
  do {
    const page = await ask(token);
    items.push(...(itemsOf(page) ?? []));
    token = page.NextToken === '' ? undefined : page.NextToken;
  } while (token !== undefined);
  return items;
}

/** Every instance that passes all filters. */
export function describeInstances(
  { sdk, client }: Ec2Api,
  Filters: Filter[],
): Promise<readonly Instance[]> {
  return allPages(
    (NextToken) =>
      client.send(new sdk.DescribeInstancesCommand({ Filters, MaxResults: 1000, NextToken })),
    (page) => page.Reservations?.flatMap(({ Instances }) => Instances ?? []),
  );
}
