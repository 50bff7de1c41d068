import type { Filter, Image } from '@aws-sdk/client-ec2';
import { isAwsEndpoint } from '../../endpoint-kinds.ts';
import { type DeployerError, UsageError } from '../../errors.ts';
import type { ImageWish, PreparedImage } from '../provider.ts';
import { isRefusedWith } from './api-error.ts';
import type { Ec2Api } from './ec2-api.ts';
import { loginUserOf } from './login-user.ts';
import { readParameter } from './parameter.ts';
import { usualRootDevice } from './run-instances.ts';

/**
 * The image with this id, the newest with this name, or the one that a parameter names. On AWS a name alone means only
 * images of the account's own and of Amazon's: anybody may publish one under any name.
 * @throws {DeployerError} `unknown-image` when there is none
 */
export async function resolveImage(api: Ec2Api, wish: ImageWish): Promise<PreparedImage> {
  const image = await findImage(api, wish);
  return {
    id: image.ImageId ?? '',
    name: image.Name ?? '',
    username: loginUserOf(image, isAwsEndpoint(api.access.endpoint)),
  };
}

async function findImage(api: Ec2Api, wish: ImageWish): Promise<Image> {
  if (typeof wish === 'string') {
    if (/^[ae]mi-[0-9a-fA-F]+$/.test(wish)) return imageWithId(api, wish);
    return newestImage(api, wish, isAwsEndpoint(api.access.endpoint) ? ['self', 'amazon'] : []);
  }
  if ('parameter' in wish) return imageWithId(api, await readParameter(api, wish.parameter));
  return newestImage(api, wish.name, [wish.owner]);
}

async function imageWithId({ sdk, client }: Ec2Api, id: string): Promise<Image> {
  try {
    const answer = await client.send(new sdk.DescribeImagesCommand({ ImageIds: [id] }));
    const [image] = answer.Images ?? [];
    if (image !== undefined) return image;
  } catch (error) {
    if (
      !isRefusedWith(
        error,
        'InvalidAMIID.NotFound',
        'InvalidAMIID.Malformed',
        'InvalidAMIID.Unavailable',
      )
    )
      throw error;
  }
  throw unknownImage(`the image ${id} does not exist here, or this account may not see it`);
}

async function newestImage(
  { sdk, client }: Ec2Api,
  name: string,
  owners: readonly string[],
): Promise<Image> {
  const filters: Filter[] = [
    { Name: 'name', Values: [name] },
    { Name: 'state', Values: ['available'] },
  ];
  const answer = await client.send(
    new sdk.DescribeImagesCommand({
      Filters: filters,
      ...(owners.length === 0 ? {} : { Owners: [...owners] }),
    }),
  );
  const newest = (answer.Images ?? []).toSorted(byCreation).at(-1);
  if (newest !== undefined) return newest;
  const of = owners.length === 0 ? '' : ` of ${owners.join(' or ')}`;
  throw unknownImage(`no image${of} is called "${name}"`);
}

function unknownImage(message: string): DeployerError {
  return new UsageError('unknown-image', message, {
    hint: "Correct the profile's `image`: an id (ami-…), a name, {name, owner} or {parameter}.",
  });
}

function byCreation(left: Image, right: Image): number {
  return (left.CreationDate ?? '').localeCompare(right.CreationDate ?? '');
}

/** The name of the device that an image boots from. */
export async function rootDeviceOf(api: Ec2Api, imageId: string): Promise<string> {
  return (await imageWithId(api, imageId)).RootDeviceName ?? usualRootDevice;
}
