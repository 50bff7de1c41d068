import { Ec2Fault } from '../fault.ts';
import type { Image } from '../images.ts';
import { listOf } from '../query.ts';
import { type Action, isoTime } from './action.ts';
import { filterTable, matcherOf } from './filters.ts';
import { pageOf } from './page.ts';

type Filtered = Image & { readonly tags: readonly [] };

/** The images are Debian's, which is this account on AWS. */
const owner = '136693071363';

/** The words by which `Owner.N` may mean the images of the local cloud; `self` means none, for nobody makes any. */
const ownerNames = [owner, 'amazon', 'local'];

const filters = filterTable<Filtered>({
  name: (image) => [image.name],
  'image-id': (image) => [image.id],
  architecture: (image) => [image.architecture],
  state: () => ['available'],
  'creation-date': (image) => [isoTime(image.createdAtMs)],
  'owner-id': () => [owner],
  'owner-alias': () => ['amazon'],
  'root-device-type': () => ['ebs'],
  'virtualization-type': () => ['hvm'],
  'is-public': () => ['true'],
  'image-type': () => ['machine'],
});

/** Describes the images that machines can be launched from; all accounts have the same. */
export const describeImages: Action = async ({ machines, params }) => {
  const all = await machines.images();
  const owners = listOf(params, 'Owner');
  const ids = listOf(params, 'ImageId');
  const missing = ids.find((id) => !all.some((image) => image.id === id));
  if (missing !== undefined) {
    throw new Ec2Fault('InvalidAMIID.NotFound', `The image id '[${missing}]' does not exist`);
  }
  const found = all
    .filter(({ id }) => ids.length === 0 || ids.includes(id))
    .filter(() => owners.length === 0 || owners.some((name) => ownerNames.includes(name)))
    .map((image): Filtered => ({ ...image, tags: [] }))
    .filter(matcherOf(params, filters));
  const { items, nextToken } = pageOf(found, params, [1, 1000]);
  return { imagesSet: items.map(imageItem), nextToken };
};

function imageItem(image: Filtered) {
  return {
    imageId: image.id,
    imageLocation: `local/${image.name}`,
    imageState: 'available',
    imageOwnerId: owner,
    imageOwnerAlias: 'amazon',
    isPublic: true,
    creationDate: isoTime(image.createdAtMs),
    architecture: image.architecture,
    imageType: 'machine',
    name: image.name,
    description: image.description,
    rootDeviceType: 'ebs',
    rootDeviceName: '/dev/sda1',
    blockDeviceMapping: [],
    virtualizationType: 'hvm',
    hypervisor: 'xen',
    tagSet: [],
    productCodes: [],
  };
}
