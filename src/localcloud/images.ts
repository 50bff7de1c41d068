import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';

const ImageSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  description: z.string(),
  createdAtMs: z.number(),
  architecture: z.enum(['x86_64', 'arm64']),
});

/** A machine image of the local cloud. */
export type Image = z.infer<typeof ImageSchema> & {
  /** The folder that holds the image's file system, the lower layer of its machines. */
  readonly root: string;
};

/** The complete images in a folder of images; those that are being made are not among them. */
export async function listImages(imagesDirectory: string): Promise<Image[]> {
  const names = await readdir(imagesDirectory).catch(() => []);
  const images = names.filter((name) => !name.startsWith('.')).sort();
  const found = await Promise.all(images.map((name) => readImage(imagesDirectory, name)));
  return found.filter((image) => image !== undefined);
}

/** The complete image called `name`, if there is one. */
export async function readImage(imagesDirectory: string, name: string): Promise<Image | undefined> {
  const folder = join(imagesDirectory, name);
  try {
    const description: unknown = JSON.parse(await readFile(join(folder, 'image.json'), 'utf8'));
    return { ...ImageSchema.parse(description), root: join(folder, 'rootfs') };
  } catch {
    return undefined;
  }
}

/** The text of an image's `image.json`, whose presence says that the image is complete. */
export function describeImage(image: z.infer<typeof ImageSchema>): string {
  return `${JSON.stringify(ImageSchema.parse(image), null, 2)}\n`;
}
