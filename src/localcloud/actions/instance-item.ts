import { stateCode } from '../instance-state.ts';
import { hostnameOf, macOf } from '../names.ts';
import type { OwnRecord } from '../own.ts';
import type { Instance, Volume } from '../record.ts';
import type { XmlValue } from '../xml.ts';
import { accountNumber, subnetIdOf, vpcIdOf } from '../zones.ts';
import { isoTime, tagItems } from './action.ts';
import { groupIdsOf } from './group-ids.ts';
import type { Seen } from './seen.ts';

/** What an account has, for looking up what belongs to an instance. */
export interface Belongings {
  readonly groupNames: ReadonlyMap<string, string>;
  readonly volumesOf: ReadonlyMap<string, readonly Volume[]>;
}

/** What an account has, made once for many instances. */
export function belongingsOf({ securityGroups, volumes }: OwnRecord): Belongings {
  const volumesOf = new Map<string, Volume[]>();
  for (const volume of volumes) {
    const owner = volume.attachment?.instance ?? '';
    const others = volumesOf.get(owner);
    if (others === undefined) volumesOf.set(owner, [volume]);
    else others.push(volume);
  }
  return { groupNames: new Map(securityGroups.map(({ id, name }) => [id, name])), volumesOf };
}

/** An instance as EC2 describes it, from its record and what is to be seen of it. */
export function instanceItem(instance: Seen, own: Belongings): XmlValue {
  const { name, reason } = instance.state;
  const isGone = name === 'terminated';
  const hostname = isGone ? '' : hostnameOf(instance.address);
  const address = isGone ? undefined : instance.address;
  const groupSet = isGone ? [] : groupItems(instance, own);
  return {
    instanceId: instance.id,
    imageId: instance.image,
    instanceState: { code: stateCode(name), name },
    privateDnsName: hostname,
    dnsName: hostname,
    reason: reason?.message ?? '',
    keyName: instance.keyName,
    amiLaunchIndex: instance.launchIndex,
    productCodes: [],
    instanceType: instance.type,
    launchTime: isoTime(instance.launchedAtMs),
    placement: { availabilityZone: instance.zone, groupName: '', tenancy: 'default' },
    monitoring: { state: 'disabled' },
    subnetId: isGone ? undefined : subnetIdOf(instance.account, instance.zone),
    vpcId: isGone ? undefined : vpcIdOf(instance.account),
    privateIpAddress: address,
    ipAddress: address,
    sourceDestCheck: true,
    groupSet,
    stateReason: reason,
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
    rootDeviceType: 'ebs',
    rootDeviceName: '/dev/sda1',
    blockDeviceMapping: deviceItems(instance, own),
    virtualizationType: 'hvm',
    instanceLifecycle: instance.spotRequest === undefined ? undefined : 'spot',
    spotInstanceRequestId: instance.spotRequest,
    clientToken: instance.token ?? '',
    tagSet: tagItems(instance.tags),
    hypervisor: 'xen',
    networkInterfaceSet: isGone ? [] : [interfaceItem(instance, own)],
    iamInstanceProfile: profileItem(instance),
    ebsOptimized: false,
    metadataOptions: metadataItem(instance),
  };
}

function groupItems(instance: Instance, { groupNames }: Belongings): XmlValue[] {
  return groupIdsOf(instance).map((groupId) => ({
    groupId,
    groupName: groupNames.get(groupId) ?? 'default',
  }));
}

/** The id of an instance's only network interface. */
export function interfaceIdOf({ id }: Instance): string {
  return id.replace(/^i-/, 'eni-');
}

/** An instance's network interface, as far as it is the same in every answer. */
export function interfaceItem(instance: Instance, own: Belongings): Record<string, XmlValue> {
  const hostname = hostnameOf(instance.address);
  return {
    networkInterfaceId: interfaceIdOf(instance),
    subnetId: subnetIdOf(instance.account, instance.zone),
    vpcId: vpcIdOf(instance.account),
    description: '',
    ownerId: accountNumber(instance.account),
    status: 'in-use',
    macAddress: macOf(instance.address),
    privateIpAddress: instance.address,
    privateDnsName: hostname,
    sourceDestCheck: true,
    groupSet: groupItems(instance, own),
    attachment: {
      attachmentId: instance.id.replace(/^i-/, 'eni-attach-'),
      deviceIndex: 0,
      status: 'attached',
      attachTime: isoTime(instance.launchedAtMs),
      deleteOnTermination: true,
    },
    association: {
      publicIp: instance.address,
      publicDnsName: hostname,
      ipOwnerId: accountNumber(instance.account),
    },
    privateIpAddressesSet: [
      { privateIpAddress: instance.address, privateDnsName: hostname, primary: true },
    ],
  };
}

function deviceItems({ id }: Instance, { volumesOf }: Belongings): XmlValue[] {
  return (volumesOf.get(id) ?? []).map(({ id: volumeId, attachment, createdAtMs }) => ({
    deviceName: attachment?.device,
    ebs: {
      volumeId,
      status: 'attached',
      attachTime: isoTime(createdAtMs),
      deleteOnTermination: attachment?.endsWithInstance,
    },
  }));
}

function profileItem({ profileArn, id }: Instance): XmlValue {
  if (profileArn === undefined) return undefined;
  return { arn: profileArn, id: id.replace(/^i-/, 'AIPA').toUpperCase() };
}

function metadataItem({ metadataOptions }: Instance): XmlValue {
  if (metadataOptions === undefined) return undefined;
  return { state: 'applied', ...metadataOptions, httpProtocolIpv6: 'disabled' };
}
