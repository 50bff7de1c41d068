import { stateCode, stateOf } from '../instance-state.ts';
import { hostnameOf } from '../names.ts';
import type { Observation } from '../observation.ts';
import type { Instance } from '../record.ts';
import type { XmlValue } from '../xml.ts';
import { isoTime, zone } from './action.ts';

/** An instance as EC2 describes it, from its record and what is to be seen of it. */
export function instanceItem(instance: Instance, seen: Observation): XmlValue {
  const { name, reason } = stateOf(instance.want, seen);
  const isGone = name === 'terminated';
  const hostname = isGone ? '' : hostnameOf(instance.address);
  const address = isGone ? undefined : instance.address;
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
    placement: { availabilityZone: zone, groupName: '', tenancy: 'default' },
    monitoring: { state: 'disabled' },
    privateIpAddress: address,
    ipAddress: address,
    sourceDestCheck: true,
    groupSet: [],
    stateReason: reason,
    architecture: process.arch === 'arm64' ? 'arm64' : 'x86_64',
    rootDeviceType: 'ebs',
    rootDeviceName: '/dev/sda1',
    blockDeviceMapping: [],
    virtualizationType: 'hvm',
    clientToken: instance.token ?? '',
    tagSet: instance.tags.map(({ key, value }) => ({ key, value })),
    hypervisor: 'xen',
    networkInterfaceSet: [],
    ebsOptimized: false,
  };
}
