import { z } from 'zod';
import { SourceError } from '../errors.ts';
import { parseYaml } from '../yaml/parse.ts';
import { invalidParameter } from './fault.ts';

const CloudConfigSchema = z
  .object({ ssh_authorized_keys: z.array(z.string()).optional() })
  .nullable();

/**
 * The public keys that a machine's user data asks to let in. Of cloud-init's formats the machines know `#cloud-config`,
 * and of its keys `ssh_authorized_keys`; anything else is left alone, as on an image without cloud-init.
 */
export function loginKeysOf(userData: string): string[] {
  if (!/^#cloud-config\s*(\n|$)/.test(userData)) return [];
  const config = CloudConfigSchema.safeParse(readYaml(userData));
  if (!config.success) throw invalidParameter('UserData', '#cloud-config', 'is no cloud-config');
  const keys = config.data?.ssh_authorized_keys ?? [];
  return keys.map((key) => key.replace(/[\r\n]+/g, ' ').trim());
}

function readYaml(text: string): unknown {
  try {
    return parseYaml(text, 'user data').value;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw invalidParameter('UserData', '#cloud-config', `is not YAML: ${error.message}`);
  }
}
