import { invalidParameter, missingParameter } from '../fault.ts';
import { groupsOf, integerOf, type Params } from '../query.ts';
import type { Volume } from '../record.ts';

const rootDevice = '/dev/sda1';
const rootGib = 8;
const volumeTypes = ['gp3', 'gp2', 'io1', 'io2', 'st1', 'sc1', 'standard'];

/** A volume that a launch makes for each of its machines. */
export type Disk = Pick<Volume, 'sizeGib' | 'type' | 'iops' | 'throughput' | 'isEncrypted'> & {
  readonly device: string;
  readonly endsWithInstance: boolean;
};

/** The volumes that `BlockDeviceMapping.N` asks for, and the root's, whether that is mentioned or not. */
export function disksOf(params: Params): Disk[] {
  const asked = groupsOf(params, 'BlockDeviceMapping')
    .filter((mapping) => !mapping.has('NoDevice') && !mapping.has('VirtualName'))
    .map(diskOf);
  const isRootAsked = asked.some(({ device }) => device === rootDevice);
  return isRootAsked ? asked : [diskOf(new Map([['DeviceName', rootDevice]])), ...asked];
}

function diskOf(mapping: Params): Disk {
  const device = mapping.get('DeviceName');
  if (device === undefined) throw missingParameter('BlockDeviceMapping.DeviceName');
  const size = integerOf(mapping, 'Ebs.VolumeSize', [1, 65_536]);
  if (size === undefined && device !== rootDevice && !mapping.has('Ebs.SnapshotId')) {
    throw missingParameter('BlockDeviceMapping.Ebs.VolumeSize');
  }
  const type = mapping.get('Ebs.VolumeType') ?? 'gp3';
  if (!volumeTypes.includes(type)) throw invalidParameter('VolumeType', type);
  const isGp3 = type === 'gp3';
  const iops = integerOf(mapping, 'Ebs.Iops', [100, 256_000]) ?? (isGp3 ? 3000 : undefined);
  const throughput = integerOf(mapping, 'Ebs.Throughput', [125, 2000]) ?? (isGp3 ? 125 : undefined);
  return {
    device,
    sizeGib: size ?? rootGib,
    type,
    isEncrypted: mapping.get('Ebs.Encrypted') === 'true',
    endsWithInstance: mapping.get('Ebs.DeleteOnTermination') !== 'false',
    ...(iops !== undefined && { iops }),
    ...(throughput !== undefined && { throughput }),
  };
}
