import { Ec2Fault } from '../fault.ts';
import { required } from '../query.ts';
import type { Volume } from '../record.ts';
import type { XmlValue } from '../xml.ts';
import { type Action, change, isoTime, look, tagItems } from './action.ts';
import { filterTable, matcherOf } from './filters.ts';
import { findByIds, requested } from './find.ts';
import { pageOf } from './page.ts';

const statusOf = ({ attachment }: Volume) => (attachment === undefined ? 'available' : 'in-use');

const filters = filterTable<Volume>({
  'volume-id': ({ id }) => [id],
  status: (volume) => [statusOf(volume)],
  'availability-zone': ({ zone }) => [zone],
  'volume-type': ({ type }) => [type],
  size: ({ sizeGib }) => [String(sizeGib)],
  encrypted: ({ isEncrypted }) => [String(isEncrypted)],
  'attachment.instance-id': ({ attachment }) =>
    attachment === undefined ? [] : [attachment.instance],
  'attachment.device': ({ attachment }) => (attachment === undefined ? [] : [attachment.device]),
  'attachment.status': ({ attachment }) => (attachment === undefined ? [] : ['attached']),
  'attachment.delete-on-termination': ({ attachment }) =>
    attachment === undefined ? [] : [String(attachment.endsWithInstance)],
});

/** Describes the account's volumes: a machine has none of them in truth, its disk is a folder without a limit. */
export const describeVolumes: Action = async (context) => {
  const { params } = context;
  const { volumes } = await look(context);
  const found = requested(volumes, params, ['VolumeId', 'volume']).filter(
    matcherOf(params, filters),
  );
  const { items, nextToken } = pageOf(found, params, [5, 1000]);
  return { volumeSet: items.map(volumeItem), nextToken };
};

/** Deletes a volume that no instance has. */
export const deleteVolume: Action = async (context) => {
  const id = required(context.params, 'VolumeId');
  await change(context, (own, record) => {
    const [volume] = findByIds(own.volumes, [id], 'volume');
    if (volume?.attachment !== undefined) {
      throw new Ec2Fault(
        'VolumeInUse',
        `Volume ${id} is currently attached to ${volume.attachment.instance}`,
      );
    }
    record.volumes = record.volumes.filter((each) => each !== volume);
  });
  return { return: true };
};

function volumeItem(volume: Volume): XmlValue {
  const { id, attachment, createdAtMs } = volume;
  return {
    volumeId: id,
    size: volume.sizeGib,
    snapshotId: '',
    availabilityZone: volume.zone,
    status: statusOf(volume),
    createTime: isoTime(createdAtMs),
    attachmentSet:
      attachment === undefined
        ? []
        : [
            {
              volumeId: id,
              instanceId: attachment.instance,
              device: attachment.device,
              status: 'attached',
              attachTime: isoTime(createdAtMs),
              deleteOnTermination: attachment.endsWithInstance,
            },
          ],
    volumeType: volume.type,
    iops: volume.iops,
    throughput: volume.throughput,
    encrypted: volume.isEncrypted,
    multiAttachEnabled: false,
    tagSet: tagItems(volume.tags),
  };
}
