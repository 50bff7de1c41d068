import type { Image } from '@aws-sdk/client-ec2';
import { DeployerError } from '../../errors.ts';
import type { ImageWish, MachineFigures, PreparedImage } from '../provider.ts';
import type { Ec2Api } from './ec2-api.ts';

/**
 * The newest image with this name, or the one with the id.
 * @throws {DeployerError} `unknown-image` when there is none
 */
export async function resolveImage(
  { sdk, client }: Ec2Api,
  image: ImageWish,
): Promise<PreparedImage> {
  if (typeof image !== 'string') throw unknownImage(JSON.stringify(image));
  if (/^[ae]mi-/.test(image)) return { id: image, name: '', username: null };
  const answer = await client.send(
    new sdk.DescribeImagesCommand({ Filters: [{ Name: 'name', Values: [image] }] }),
  );
  const newest = (answer.Images ?? []).toSorted(byCreation).at(-1)?.ImageId;
  if (newest === undefined) throw unknownImage(image);
  return { id: newest, name: image, username: null };
}

function unknownImage(image: string): DeployerError {
  return new DeployerError('unknown-image', `no image is called "${image}"`, {
    hint: "Correct the profile's `image`: an id (ami-…) or the name of an image that this account can see.",
  });
}

function byCreation(left: Image, right: Image): number {
  return (left.CreationDate ?? '').localeCompare(right.CreationDate ?? '');
}

/**
 * The figures of instance types, in the order in which they were asked for.
 * @throws {DeployerError} `unknown-instance-type` when this cloud has none of one name
 */
export async function typeFigures(
  { sdk, client }: Ec2Api,
  instanceTypes: readonly string[],
): Promise<ReadonlyMap<string, MachineFigures>> {
  const answer = await client.send(
    new sdk.DescribeInstanceTypesCommand({
      Filters: [{ Name: 'instance-type', Values: [...instanceTypes] }],
    }),
  );
  const figures = new Map<string, MachineFigures>();
  for (const name of instanceTypes) {
    const type = answer.InstanceTypes?.find(({ InstanceType }) => InstanceType === name);
    const memoryMib = type?.MemoryInfo?.SizeInMiB;
    const cpus = type?.VCpuInfo?.DefaultVCpus;
    if (memoryMib === undefined || cpus === undefined) throw unknownType(name);
    figures.set(name, { memoryMib, cpus });
  }
  return figures;
}

function unknownType(name: string): DeployerError {
  return new DeployerError('unknown-instance-type', `this cloud has no "${name}" machines`, {
    hint: "Correct the profile's `instanceType`, for example t3.medium.",
  });
}
