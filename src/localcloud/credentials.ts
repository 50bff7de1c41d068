import { createHmac, randomBytes } from 'node:crypto';
import { link, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** An access key and its secret, as AWS's programs want them. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/**
 * Gives the secrets of the access keys of the cloud in `directory`: every account has one, which whoever may not read
 * the directory cannot know. An access key that is none of `accountOf` has no secret.
 */
export async function openSecrets(
  directory: string,
): Promise<(accessKey: string) => string | undefined> {
  const root = await rootSecret(directory);
  return (accessKey) =>
    /^AK[0-9A-Z]{2,18}$/.test(accessKey)
      ? createHmac('sha256', root).update(accessKey).digest('base64url').slice(0, 40)
      : undefined;
}

/** Made by the first who asks; whoever comes at the same time gets the same. */
async function rootSecret(directory: string): Promise<Buffer> {
  const file = join(directory, 'secret');
  const known = await readFile(file).catch(() => undefined);
  if (known !== undefined) return known;
  const temporary = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  await writeFile(temporary, randomBytes(32), { mode: 0o600 });
  try {
    await link(temporary, file).catch(() => undefined);
    return await readFile(file);
  } finally {
    await rm(temporary, { force: true });
  }
}
