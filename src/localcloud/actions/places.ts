import { Ec2Fault } from '../fault.ts';
import { listOf } from '../query.ts';
import { formatBlock, parseBlock } from '../subnet.ts';
import type { XmlValue } from '../xml.ts';
import { accountNumber, region, subnetIdOf, vpcIdOf, zoneBlock, zones } from '../zones.ts';
import { type Action, look } from './action.ts';
import { filterTable, matcherOf } from './filters.ts';
import { requested } from './find.ts';
import { pageOf } from './page.ts';

/** What a network is said to have before the first machine has given it one. */
const blockToCome = '10.64.0.0/20';

interface Place {
  readonly id: string;
  readonly tags: readonly [];
}

const place = (id: string): Place => ({ id, tags: [] });

/** The one region. */
export const describeRegions: Action = async ({ params }) => {
  refuseUnknown('RegionName', listOf(params, 'RegionName'), [region]);
  const matches = matcherOf<Place>(params, filterTable({ 'region-name': ({ id }) => [id] }));
  const regionInfo = [place(region)].filter(matches).map(({ id }) => ({
    regionName: id,
    regionEndpoint: 'ec2.local-1.localhost',
    optInStatus: 'opt-in-not-required',
  }));
  return { regionInfo };
};

/** The three zones. */
export const describeAvailabilityZones: Action = async ({ params }) => {
  const names = listOf(params, 'ZoneName');
  refuseUnknown('ZoneName', names, zones);
  const filters = filterTable<Place>({
    'zone-name': ({ id }) => [id],
    'region-name': () => [region],
    state: () => ['available'],
    'zone-type': () => ['availability-zone'],
    'opt-in-status': () => ['opt-in-not-required'],
  });
  const matches = matcherOf(params, filters);
  const availabilityZoneInfo = zones
    .filter((zone) => names.length === 0 || names.includes(zone))
    .map(place)
    .filter(matches)
    .map(({ id }) => ({
      zoneName: id,
      zoneId: id.replace('local-1', 'loc1-az'),
      zoneState: 'available',
      regionName: region,
      optInStatus: 'opt-in-not-required',
      groupName: region,
      networkBorderGroup: region,
      zoneType: 'availability-zone',
      messageSet: [],
    }));
  return { availabilityZoneInfo };
};

function refuseUnknown(name: string, given: readonly string[], known: readonly string[]): void {
  const unknown = given.find((each) => !known.includes(each));
  if (unknown === undefined) return;
  const noun = name === 'RegionName' ? 'region' : 'availability zone';
  throw new Ec2Fault('InvalidParameterValue', `Invalid ${noun}: [${unknown}]`);
}

/** The account's one network, which all accounts of a cloud directory share in truth. */
export const describeVpcs: Action = async (context) => {
  const { account, params } = context;
  const { network } = await look(context);
  const filters = filterTable<Place>({
    'vpc-id': ({ id }) => [id],
    'is-default': () => ['true'],
    isDefault: () => ['true'],
    state: () => ['available'],
    cidr: () => [network?.subnet ?? blockToCome],
  });
  const found = requested([place(vpcIdOf(account))], params, ['VpcId', 'vpc']).filter(
    matcherOf(params, filters),
  );
  const { items, nextToken } = pageOf(found, params, [5, 1000]);
  const vpcSet = items.map(({ id }) => ({
    vpcId: id,
    ownerId: accountNumber(account),
    state: 'available',
    cidrBlock: network?.subnet ?? blockToCome,
    dhcpOptionsId: 'default',
    instanceTenancy: 'default',
    isDefault: true,
    cidrBlockAssociationSet: [],
    ipv6CidrBlockAssociationSet: [],
    tagSet: [],
  }));
  return { vpcSet, nextToken };
};

/** The account's subnets, one a zone, each a quarter of the network. */
export const describeSubnets: Action = async (context) => {
  const { account, params } = context;
  const { network } = await look(context);
  const block = parseBlock(network?.subnet ?? blockToCome);
  const all = zones.map((zone) => ({ ...place(subnetIdOf(account, zone)), zone }));
  const filters = filterTable<(typeof all)[number]>({
    'subnet-id': ({ id }) => [id],
    'vpc-id': () => [vpcIdOf(account)],
    'availability-zone': ({ zone }) => [zone],
    availabilityZone: ({ zone }) => [zone],
    'default-for-az': () => ['true'],
    defaultForAz: () => ['true'],
    state: () => ['available'],
  });
  const found = requested(all, params, ['SubnetId', 'subnet']).filter(matcherOf(params, filters));
  const { items, nextToken } = pageOf(found, params, [5, 1000]);
  const subnetSet = items.map(({ id, zone }): XmlValue => {
    const part = zoneBlock(block, zone);
    return {
      subnetId: id,
      state: 'available',
      vpcId: vpcIdOf(account),
      ownerId: accountNumber(account),
      cidrBlock: formatBlock(part),
      availableIpAddressCount: 2 ** (32 - part.prefix) - 5,
      availabilityZone: zone,
      availabilityZoneId: zone.replace('local-1', 'loc1-az'),
      defaultForAz: true,
      mapPublicIpOnLaunch: true,
      ipv6CidrBlockAssociationSet: [],
      tagSet: [],
    };
  });
  return { subnetSet, nextToken };
};
