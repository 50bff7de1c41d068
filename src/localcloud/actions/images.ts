import { Ec2Fault } from '../fault.ts';
import { type Image, listImages } from '../images.ts';
import { listOf } from '../query.ts';
import { type Action, isoTime } from './action.ts';
import { filterTable, matcherOf } from './filters.ts';

type Filtered = Image & { readonly tags: readonly [] };

const filters = filterTable<Filtered>({
  name: (image) => [image.name],
  'image-id': (image) => [image.id],
  architecture: (image) => [image.architecture],
  state: () => ['available'],
});

/** Describes the images that machines can be launched from; all accounts have the same. */
export const describeImages: Action = async ({ host, params }) => {
  const all = await listImages(host.imagesDirectory);
  const ids = listOf(params, 'ImageId');
  const missing = ids.find((id) => !all.some((image) => image.id === id));
  if (missing !== undefined) {
    throw new Ec2Fault('InvalidAMIID.NotFound', `The image id '[${missing}]' does not exist`);
  }
  const found = all
    .filter((image) => ids.length === 0 || ids.includes(image.id))
    .map((image): Filtered => ({ ...image, tags: [] }))
    .filter(matcherOf(params, filters));
  return { imagesSet: found.map(imageItem) };
};

function imageItem(image: Filtered) {
  return {
    imageId: image.id,
    imageLocation: `local/${image.name}`,
    imageState: 'available',
    imageOwnerId: 'local',
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
