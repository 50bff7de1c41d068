import type {
  BlockDeviceMapping,
  RunInstancesCommandInput,
  Tag,
  TagSpecification,
} from '@aws-sdk/client-ec2';
import type { DiskWish, LaunchRequest, LaunchSecrets } from '../provider.ts';
import type { Capabilities } from './capabilities.ts';
import { clusterTags, launchTags } from './tags.ts';
import { userDataFor } from './user-data.ts';

type InstanceType = NonNullable<RunInstancesCommandInput['InstanceType']>;
type VolumeType = NonNullable<NonNullable<BlockDeviceMapping['Ebs']>['VolumeType']>;

/** The name of the device that an image boots from; where a cloud does not say, the one that most images have. */
export const usualRootDevice = '/dev/sda1';

/**
 * The one call of a launch. The same request gives the same input to the last byte, for the cloud compares them by their
 * token.
 */
export function runInstancesInput(
  request: LaunchRequest,
  secrets: LaunchSecrets,
  rootDevice: string,
  capabilities: Capabilities,
): RunInstancesCommandInput {
  const { pool, ordinals, instanceProfile: role } = request;
  const userData = userDataFor(request, secrets);
  const isSpot = pool.market === 'spot';
  const disks = request.disks.map((disk) => blockDevice(disk, rootDevice));
  return {
    ImageId: request.imageId,
    InstanceType: pool.instanceType as InstanceType,
    MinCount: request.atLeastOne ? 1 : ordinals.length,
    MaxCount: ordinals.length,
    ...(request.keyName === '' ? {} : { KeyName: request.keyName }),
    ClientToken: request.token,
    ...(pool.zone === null ? {} : { Placement: { AvailabilityZone: pool.zone } }),
    ...networkOf(request),
    ...(disks.length === 0 ? {} : { BlockDeviceMappings: disks }),
    ...(role === null
      ? {}
      : { IamInstanceProfile: role.startsWith('arn:') ? { Arn: role } : { Name: role } }),
    ...(isSpot ? { InstanceMarketOptions: spotOptions } : {}),
    ...(capabilities.imdsV2 ? { MetadataOptions: imdsV2 } : {}),
    // A machine of the spot market is the cloud's to take: protection is refused with it.
    ...(request.protect && !isSpot ? { DisableApiTermination: true } : {}),
    ...(capabilities.tagOnCreate ? { TagSpecifications: tagSpecifications(request, isSpot) } : {}),
    ...(userData === undefined ? {} : { UserData: Buffer.from(userData).toString('base64') }),
  };
}

const spotOptions = {
  MarketType: 'spot',
  SpotOptions: { SpotInstanceType: 'one-time', InstanceInterruptionBehavior: 'terminate' },
} as const;

const imdsV2 = { HttpTokens: 'required', HttpEndpoint: 'enabled' } as const;

function networkOf({
  groupIds,
  subnetId,
  publicAddress,
}: LaunchRequest): Partial<RunInstancesCommandInput> {
  if (publicAddress !== null) {
    // EC2 takes this wish only with an interface, and then subnet and groups have to be said there.
    const own = {
      DeviceIndex: 0,
      AssociatePublicIpAddress: publicAddress,
      DeleteOnTermination: true,
      ...(subnetId === null ? {} : { SubnetId: subnetId }),
      ...(groupIds.length === 0 ? {} : { Groups: [...groupIds] }),
    };
    return { NetworkInterfaces: [own] };
  }
  const ids = groupIds.filter((group) => group.startsWith('sg-'));
  const names = groupIds.filter((group) => !group.startsWith('sg-'));
  return {
    ...(subnetId === null ? {} : { SubnetId: subnetId }),
    ...(ids.length === 0 ? {} : { SecurityGroupIds: ids }),
    // Clouds without networks of one's own know groups by their names.
    ...(names.length === 0 ? {} : { SecurityGroups: names }),
  };
}

function blockDevice(
  { device, gib, type, encrypted }: DiskWish,
  rootDevice: string,
): BlockDeviceMapping {
  return {
    DeviceName: device ?? rootDevice,
    Ebs: {
      VolumeSize: gib,
      DeleteOnTermination: true,
      ...(type === null ? {} : { VolumeType: type as VolumeType }),
      ...(encrypted === null ? {} : { Encrypted: encrypted }),
    },
  };
}

function tagSpecifications(request: LaunchRequest, isSpot: boolean): TagSpecification[] {
  const shared: Tag[] = clusterTags(request.cluster);
  return [
    { ResourceType: 'instance', Tags: launchTags(request) },
    { ResourceType: 'volume', Tags: shared },
    ...(isSpot ? [{ ResourceType: 'spot-instances-request' as const, Tags: shared }] : []),
  ];
}
