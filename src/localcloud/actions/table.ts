import type { Action } from './action.ts';
import {
  allocateAddress,
  associateAddress,
  describeAddresses,
  disassociateAddress,
  releaseAddress,
} from './addresses.ts';
import {
  authorizeEgress,
  authorizeIngress,
  revokeEgress,
  revokeIngress,
} from './change-group-rules.ts';
import {
  rebootInstances,
  startInstances,
  stopInstances,
  terminateInstances,
} from './change-instances.ts';
import { getConsoleOutput } from './console-output.ts';
import { describeInstances } from './describe-instances.ts';
import { describeImages } from './images.ts';
import { describeInstanceAttribute, modifyInstanceAttribute } from './instance-attributes.ts';
import { describeInstanceStatus } from './instance-status.ts';
import { describeInstanceTypes } from './instance-type-list.ts';
import { deleteKeyPair, describeKeyPairs, importKeyPair } from './key-pairs.ts';
import { describeNetworkInterfaces } from './network-interfaces.ts';
import {
  describeAvailabilityZones,
  describeRegions,
  describeSubnets,
  describeVpcs,
} from './places.ts';
import { runInstances } from './run-instances.ts';
import {
  createSecurityGroup,
  deleteSecurityGroup,
  describeSecurityGroupRules,
  describeSecurityGroups,
} from './security-groups.ts';
import { cancelSpotInstanceRequests, describeSpotInstanceRequests } from './spot-requests.ts';
import { createTags, deleteTags, describeTags } from './tags.ts';
import { deleteVolume, describeVolumes } from './volumes.ts';

/** An action, and the first parts of the names of the parameters that it knows. */
export interface KnownAction {
  readonly act: Action;
  readonly parameters: ReadonlySet<string>;
}

const paged = ['Filter', 'MaxResults', 'NextToken'];
const rules = [
  ...[
    'GroupId',
    'GroupName',
    'IpPermissions',
    'SecurityGroupRuleId',
    'IpProtocol',
    'FromPort',
    'ToPort',
  ],
  ...['CidrIp', 'SourceSecurityGroupName', 'SourceSecurityGroupOwnerId', 'TagSpecification'],
];

/** Those of `RunInstances`; the last two lines are written down nowhere and change nothing. */
const launch = [
  ...[
    'ImageId',
    'InstanceType',
    'MinCount',
    'MaxCount',
    'KeyName',
    'UserData',
    'ClientToken',
    'Placement',
  ],
  ...['SubnetId', 'SecurityGroup', 'SecurityGroupId', 'NetworkInterface', 'TagSpecification'],
  ...['BlockDeviceMapping', 'InstanceMarketOptions', 'MetadataOptions', 'IamInstanceProfile'],
  ...['DisableApiTermination', 'DisableApiStop'],
  ...['Monitoring', 'EbsOptimized', 'CreditSpecification', 'CpuOptions', 'PrivateDnsNameOptions'],
  ...[
    'InstanceInitiatedShutdownBehavior',
    'MaintenanceOptions',
    'CapacityReservationSpecification',
  ],
];

function action(
  name: string,
  act: Action,
  ...parameters: readonly string[]
): [string, KnownAction] {
  return [name, { act, parameters: new Set(['Action', 'Version', 'DryRun', ...parameters]) }];
}

/** Every action that the cloud knows, by EC2's name for it. */
export const actions: ReadonlyMap<string, KnownAction> = new Map([
  action('RunInstances', runInstances, ...launch),
  action('DescribeInstances', describeInstances, 'InstanceId', ...paged),
  action(
    'DescribeInstanceStatus',
    describeInstanceStatus,
    'InstanceId',
    'IncludeAllInstances',
    ...paged,
  ),
  action('DescribeInstanceAttribute', describeInstanceAttribute, 'InstanceId', 'Attribute'),
  action(
    'ModifyInstanceAttribute',
    modifyInstanceAttribute,
    ...['InstanceId', 'Attribute', 'Value', 'DisableApiTermination', 'DisableApiStop', 'GroupId'],
  ),
  action('TerminateInstances', terminateInstances, 'InstanceId', 'Force', 'SkipOsShutdown'),
  action('StopInstances', stopInstances, 'InstanceId', 'Force', 'Hibernate', 'SkipOsShutdown'),
  action('StartInstances', startInstances, 'InstanceId', 'AdditionalInfo'),
  action('RebootInstances', rebootInstances, 'InstanceId'),
  action('GetConsoleOutput', getConsoleOutput, 'InstanceId', 'Latest'),
  action('CreateTags', createTags, 'ResourceId', 'Tag'),
  action('DeleteTags', deleteTags, 'ResourceId', 'Tag'),
  action('DescribeTags', describeTags, ...paged),
  action('ImportKeyPair', importKeyPair, 'KeyName', 'PublicKeyMaterial', 'TagSpecification'),
  action(
    'DescribeKeyPairs',
    describeKeyPairs,
    'KeyName',
    'KeyPairId',
    'IncludePublicKey',
    'Filter',
  ),
  action('DeleteKeyPair', deleteKeyPair, 'KeyName', 'KeyPairId'),
  action(
    'DescribeImages',
    describeImages,
    ...['ImageId', 'Owner', 'ExecutableBy', 'IncludeDeprecated', 'IncludeDisabled', ...paged],
  ),
  action('DescribeInstanceTypes', describeInstanceTypes, 'InstanceType', ...paged),
  action('DescribeRegions', describeRegions, 'RegionName', 'AllRegions', 'Filter'),
  action(
    'DescribeAvailabilityZones',
    describeAvailabilityZones,
    ...['ZoneName', 'ZoneId', 'AllAvailabilityZones', 'Filter'],
  ),
  action('DescribeVpcs', describeVpcs, 'VpcId', ...paged),
  action('DescribeSubnets', describeSubnets, 'SubnetId', ...paged),
  action(
    'CreateSecurityGroup',
    createSecurityGroup,
    ...['GroupName', 'GroupDescription', 'VpcId', 'TagSpecification'],
  ),
  action('DescribeSecurityGroups', describeSecurityGroups, 'GroupId', 'GroupName', ...paged),
  action('DescribeSecurityGroupRules', describeSecurityGroupRules, 'SecurityGroupRuleId', ...paged),
  action('DeleteSecurityGroup', deleteSecurityGroup, 'GroupId', 'GroupName'),
  action('AuthorizeSecurityGroupIngress', authorizeIngress, ...rules),
  action('AuthorizeSecurityGroupEgress', authorizeEgress, ...rules),
  action('RevokeSecurityGroupIngress', revokeIngress, ...rules),
  action('RevokeSecurityGroupEgress', revokeEgress, ...rules),
  action('DescribeNetworkInterfaces', describeNetworkInterfaces, 'NetworkInterfaceId', ...paged),
  action('DescribeVolumes', describeVolumes, 'VolumeId', ...paged),
  action('DeleteVolume', deleteVolume, 'VolumeId'),
  action('AllocateAddress', allocateAddress, 'Domain', 'TagSpecification', 'PublicIpv4Pool'),
  action('DescribeAddresses', describeAddresses, 'AllocationId', 'PublicIp', 'Filter'),
  action('AssociateAddress', associateAddress, 'AllocationId', 'InstanceId', 'AllowReassociation'),
  action('DisassociateAddress', disassociateAddress, 'AssociationId'),
  action('ReleaseAddress', releaseAddress, 'AllocationId'),
  action(
    'DescribeSpotInstanceRequests',
    describeSpotInstanceRequests,
    'SpotInstanceRequestId',
    ...paged,
  ),
  action('CancelSpotInstanceRequests', cancelSpotInstanceRequests, 'SpotInstanceRequestId'),
]);
