import { z } from 'zod';
import { SourceError } from '../errors.ts';
import { parseYaml } from '../yaml/parse.ts';
import { invalidParameter } from './fault.ts';

const CloudConfigSchema = z
  .object({
    ssh_authorized_keys: z.array(z.string()).optional(),
    ssh_keys: z
      .object({ ed25519_private: z.string(), ed25519_public: z.string() })
      .partial()
      .optional(),
    /** A machine has no other host keys than its own in any case. */
    ssh_deletekeys: z.boolean().optional(),
  })
  .nullable();

/** What a machine takes from its user data. */
export interface UserData {
  /** Public keys that may log in. */
  readonly loginKeys: readonly string[];
  /** The machine's ed25519 host key, in place of one that is made for it. */
  readonly hostKey?: { readonly privateKey: string; readonly publicKey: string };
}

/**
 * What a machine's user data asks for. Of cloud-init's formats the machines know `#cloud-config`, and of its keys
 * `ssh_authorized_keys` and `ssh_keys` with an ed25519 pair; anything else is left alone, as on an image without
 * cloud-init.
 */
export function readUserData(text: string): UserData {
  if (!/^#cloud-config\s*(\n|$)/.test(text)) return { loginKeys: [] };
  const config = CloudConfigSchema.safeParse(readYaml(text));
  if (!config.success) throw invalidParameter('UserData', '#cloud-config', 'is no cloud-config');
  const { ssh_authorized_keys: keys = [], ssh_keys: hostKeys = {} } = config.data ?? {};
  const { ed25519_private: privateKey, ed25519_public: publicKey } = hostKeys;
  const loginKeys = keys.map(oneLine);
  if (privateKey === undefined || publicKey === undefined) return { loginKeys };
  if (!/^ssh-ed25519 [A-Za-z0-9+/]{68}={0,2}( |$)/.test(oneLine(publicKey))) {
    throw invalidParameter('UserData', 'ssh_keys', 'has no ed25519 key as ed25519_public');
  }
  return {
    loginKeys,
    hostKey: { privateKey: `${privateKey.trim()}\n`, publicKey: oneLine(publicKey) },
  };
}

function oneLine(key: string): string {
  return key.replace(/[\r\n]+/g, ' ').trim();
}

function readYaml(text: string): unknown {
  try {
    return parseYaml(text, 'user data').value;
  } catch (error) {
    if (!(error instanceof SourceError)) throw error;
    throw invalidParameter('UserData', '#cloud-config', `is not YAML: ${error.message}`);
  }
}
