import type { Image } from '@aws-sdk/client-ec2';
import { DeployerError } from '../../errors.ts';
import type { MachineFigures } from '../provider.ts';
import type { Ec2Api } from './ec2-api.ts';

/**
 * The id of the newest image with this name, or the id itself.
 * @throws {DeployerError} `unknown-image` when no image has that name
 */
export async function resolveImage({ sdk, client }: Ec2Api, image: string): Promise<string> {
  if (/^[ae]mi-/.test(image)) return image;
  const answer = await client.send(
    new sdk.DescribeImagesCommand({ Filters: [{ Name: 'name', Values: [image] }] }),
  );
  const newest = (answer.Images ?? []).toSorted(byCreation).at(-1)?.ImageId;
  if (newest === undefined) {
    throw new DeployerError('unknown-image', `no image is called "${image}"`, {
      hint: "Correct the profile's `image`: an id (ami-…) or the name of an image that this account can see.",
    });
  }
  return newest;
}

function byCreation(left: Image, right: Image): number {
  return (left.CreationDate ?? '').localeCompare(right.CreationDate ?? '');
}

/**
 * The figures of an instance type.
 * @throws {DeployerError} `unknown-instance-type` when this cloud has none of that name
 */
export async function typeFigures(
  { sdk, client }: Ec2Api,
  instanceType: string,
): Promise<MachineFigures> {
  const answer = await client.send(
    new sdk.DescribeInstanceTypesCommand({
      Filters: [{ Name: 'instance-type', Values: [instanceType] }],
    }),
  );
  const type = answer.InstanceTypes?.[0];
  const memoryMib = type?.MemoryInfo?.SizeInMiB;
  const cpus = type?.VCpuInfo?.DefaultVCpus;
  if (memoryMib === undefined || cpus === undefined) {
    throw new DeployerError(
      'unknown-instance-type',
      `this cloud has no "${instanceType}" machines`,
      {
        hint: "Correct the profile's `instanceType`, for example t3.medium.",
      },
    );
  }
  return { memoryMib, cpus };
}
