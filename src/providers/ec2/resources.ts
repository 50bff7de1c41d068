import type { Filter, Tag } from '@aws-sdk/client-ec2';
import type { LeftoverKind } from '../provider.ts';
import { isRefusedWith, isUnknownAction } from './api-error.ts';
import { allPages, describeInstances } from './describe.ts';
import type { Ec2Api } from './ec2-api.ts';
import { tagMap } from './tags.ts';

/** The kinds of things that a cluster may leave at an EC2-compatible cloud. */
export type ResourceKind = Exclude<LeftoverKind, 'host'>;

/** Something at the cloud that still exists. */
export interface Resource {
  readonly kind: ResourceKind;
  readonly id: string;
  /** The key pair's name, for what is found and removed by it. */
  readonly name: string;
  readonly state: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly createdAtMs: number | null;
}

/** Finds things of one kind. */
interface Finder {
  /** The cloud's name for the property that holds a cluster's name, where it has one. */
  readonly nameProperty: string | null;
  readonly find: (api: Ec2Api, filters: Filter[]) => Promise<readonly Omit<Resource, 'kind'>[]>;
}

/** How things are looked for, by their kind. What is over is left out: it costs nothing and goes by itself. */
export const finders = {
  instance: {
    nameProperty: 'key-name',
    find: async (api, filters) =>
      (await describeInstances(api, filters))
        .map(({ InstanceId, KeyName, State, Tags, LaunchTime }) =>
          resource(InstanceId, State?.Name, Tags, LaunchTime, KeyName),
        )
        .filter(({ state }) => state !== 'terminated'),
  },
  'spot-request': {
    nameProperty: null,
    find: async ({ sdk, client }, Filters) => {
      const found = await allPages(
        (NextToken) =>
          client.send(new sdk.DescribeSpotInstanceRequestsCommand({ Filters, NextToken })),
        (page) => page.SpotInstanceRequests,
      );
      return found
        .map(({ SpotInstanceRequestId, State, Tags, CreateTime }) =>
          resource(SpotInstanceRequestId, State, Tags, CreateTime),
        )
        .filter(({ state }) => state === 'open' || state === 'active' || state === 'disabled');
    },
  },
  volume: {
    nameProperty: null,
    find: async ({ sdk, client }, Filters) => {
      const found = await allPages(
        (NextToken) => client.send(new sdk.DescribeVolumesCommand({ Filters, NextToken })),
        ({ Volumes }) => Volumes,
      );
      return found
        .map(({ VolumeId, State, Tags, CreateTime }) => resource(VolumeId, State, Tags, CreateTime))
        .filter(({ state }) => state !== 'deleting' && state !== 'deleted');
    },
  },
  address: {
    nameProperty: null,
    find: async ({ sdk, client }, Filters) => {
      const { Addresses = [] } = await client.send(new sdk.DescribeAddressesCommand({ Filters }));
      return Addresses.map(({ AllocationId, PublicIp, AssociationId, Tags }) =>
        resource(AllocationId ?? PublicIp, AssociationId === undefined ? 'free' : 'in use', Tags),
      );
    },
  },
  'network-interface': {
    nameProperty: null,
    find: async ({ sdk, client }, Filters) => {
      const found = await allPages(
        (NextToken) =>
          client.send(new sdk.DescribeNetworkInterfacesCommand({ Filters, NextToken })),
        ({ NetworkInterfaces }) => NetworkInterfaces,
      );
      return found.map(({ NetworkInterfaceId, Status, TagSet }) =>
        resource(NetworkInterfaceId, Status, TagSet),
      );
    },
  },
  'security-group': {
    nameProperty: 'group-name',
    find: async ({ sdk, client }, Filters) => {
      const found = await allPages(
        (NextToken) => client.send(new sdk.DescribeSecurityGroupsCommand({ Filters, NextToken })),
        ({ SecurityGroups }) => SecurityGroups,
      );
      return found.map(({ GroupId, GroupName, Tags }) =>
        resource(GroupId ?? GroupName, 'exists', Tags, undefined, GroupName),
      );
    },
  },
  'key-pair': {
    nameProperty: 'key-name',
    find: async ({ sdk, client }, Filters) => {
      const { KeyPairs = [] } = await client.send(new sdk.DescribeKeyPairsCommand({ Filters }));
      return KeyPairs.map(({ KeyName, Tags, CreateTime }) =>
        resource(KeyName, 'exists', Tags, CreateTime, KeyName),
      );
    },
  },
} satisfies Record<ResourceKind, Finder>;

function resource(
  id: string | undefined,
  state: string | undefined,
  tags: readonly Tag[] | undefined,
  createdAt?: Date | undefined,
  name?: string | undefined,
): Omit<Resource, 'kind'> {
  const createdAtMs = createdAt?.getTime() ?? null;
  return { id: id ?? '', name: name ?? '', state: state ?? '', tags: tagMap(tags), createdAtMs };
}

/** What passes the filters that `filtersOf` gives for each kind; none of a kind that the cloud does not have. */
export async function findResources(
  api: Ec2Api,
  filtersOf: (kind: ResourceKind, nameProperty: string | null) => readonly Filter[][],
): Promise<readonly Resource[]> {
  const kinds = Object.keys(finders) as ResourceKind[];
  const found = await Promise.all(
    kinds.flatMap((kind) =>
      filtersOf(kind, finders[kind].nameProperty).map((filters) => findKind(api, kind, filters)),
    ),
  );
  return [...new Map(found.flat().map((each) => [`${each.kind} ${each.id}`, each])).values()];
}

/** Kinds that we never make by themselves: whoever may not look at them has nothing of ours there. */
const neverOurs: ReadonlySet<ResourceKind> = new Set([
  'spot-request',
  'address',
  'network-interface',
]);

async function findKind(
  api: Ec2Api,
  kind: ResourceKind,
  filters: Filter[],
): Promise<readonly Resource[]> {
  try {
    return (await finders[kind].find(api, filters)).map((each) => ({ kind, ...each }));
  } catch (error) {
    const isHidden = neverOurs.has(kind) && isRefusedWith(error, 'UnauthorizedOperation');
    if (isHidden || isUnknownAction(error)) return [];
    throw error;
  }
}
