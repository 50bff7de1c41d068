import { readFile } from 'node:fs/promises';
import type { Clock } from '../clock.ts';
import type { ResolvedPlace } from '../config/request.ts';
import { UsageError } from '../errors.ts';
import { assertCertified, type Shown } from './assert-certified.ts';
import { fromConfig } from './from-config.ts';

/** Accepts a machine's host key when the profile's authority has certified it. @throws as {@link assertCertified} */
export async function checkCertificate(
  { profile, configFile }: Pick<ResolvedPlace, 'profile' | 'configFile'>,
  shown: Shown,
  clock: Clock,
): Promise<void> {
  const authority = await authorityOf(profile.hostKeyAuthority ?? '', configFile);
  await assertCertified(shown, [authority], clock);
}

/** The base64 of the key that is said, or that is in the file that is said. */
async function authorityOf(said: string, configFile: string): Promise<string> {
  const isKey = (text: string) => /^(ssh|ecdsa)-\S+ [A-Za-z0-9+/]+=*/.test(text.trim());
  const file = fromConfig(said, configFile);
  const text = isKey(said) ? said : await readFile(file, 'utf8').catch(() => '');
  const base64 = text.trim().split(/\s+/)[1];
  if (isKey(text) && base64 !== undefined) return base64;
  throw new UsageError('no-authority', `hostKeyAuthority: ${file} is not a public key`, {
    hint: 'Give the public key of the authority, or the file of it: the .pub beside the key that signs.',
  });
}
