import { randomUUID } from 'node:crypto';
import { chmod, link, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  ensurePrivateFolder,
  privateFile,
  readIfThere,
  syncFolder,
  writeSynced,
} from './durable-file.ts';
import { generatePrivateKey, publicKeyLine } from './openssh-key.ts';
import { damagedState, isSystemError, reading, writing } from './state-errors.ts';

/** The name of the folder that the secrets lie in. */
export const secretsName = 'secrets';

const clusterKeyName = 'id_ed25519';

/** The key pair by which the program logs in to a cluster's nodes. */
export interface ClusterKey {
  /** OpenSSH format, no passphrase. */
  readonly privateKey: string;
  /** Where it lies, for `ssh -i`; mode 0600. */
  readonly privateKeyFile: string;
  /** One line: type, base64, and the comment `deployer:CLUSTER`. */
  readonly publicKey: string;
  /** False when this call made it. */
  readonly existed: boolean;
}

/** What a cluster keeps secret: made once, and lost only together with its folder. */
export interface Secrets {
  /**
   * The cluster's key: the one there is, else a new one that is durable when this resolves.
   *
   * @throws {DeployerError} `state-damaged` when its file holds something else, which is left as it is;
   * `state-unreadable`, `state-unwritable`.
   */
  clusterKey(): Promise<ClusterKey>;
  /** The cluster's key, null when there is none (lost, or not made yet); makes nothing. Throws as `clusterKey`. */
  existingClusterKey(): Promise<ClusterKey | null>;
  /** The secret of this name, null when there is none (lost, or not made yet). @throws {DeployerError} as `clusterKey` */
  existingValue(name: string): Promise<string | null>;
  /**
   * The secret of this name: the one there is, else what `make` gives, which is durable when this resolves.
   * @param name letters, digits, dots, dashes and underscores
   * @throws {DeployerError} as `clusterKey`
   */
  value(name: string, make: () => string): Promise<string>;
  /** Names of the secrets that there are, the cluster's key left out. */
  names(): Promise<readonly string[]>;
  /** Removes the secret of this name, durably; nothing happens when there is none. */
  drop(name: string): Promise<void>;
}

/** The secrets of `cluster` in its folder; nothing is touched before a method is called. */
export function openSecrets(folder: string, cluster: string): Secrets {
  const secrets = join(folder, secretsName);
  const privateKeyFile = join(secrets, clusterKeyName);
  const comment = `deployer:${cluster}`;
  const existingClusterKey = async (existed = true) => {
    const privateKey = (await readIfThere(privateKeyFile))?.toString('utf8');
    if (privateKey === undefined) return null;
    const publicKey = publicKeyLine(privateKey, comment);
    if (publicKey === null) throw damagedKey(privateKeyFile);
    // A copied folder may have lost its modes, and ssh refuses a key that others can read.
    await writing(privateKeyFile, () => chmod(privateKeyFile, privateFile));
    return { privateKey, privateKeyFile, publicKey, existed };
  };
  const existingValue = async (name: string) => {
    const text = await readIfThere(valueFile(secrets, name));
    return text === null ? null : text.toString('utf8').trimEnd();
  };
  return {
    existingValue,
    value: async (name, make) => {
      const existing = await existingValue(name);
      if (existing !== null) return existing;
      await createOnce(secrets, valueFile(secrets, name), `${make()}\n`);
      return (await existingValue(name)) ?? '';
    },
    names: () => namesIn(secrets),
    drop: async (name) => {
      const file = valueFile(secrets, name);
      if ((await readIfThere(file)) === null) return;
      await writing(file, async () => {
        await rm(file, { force: true });
        await syncFolder(secrets);
      });
    },
    existingClusterKey: () => existingClusterKey(),
    clusterKey: async () => {
      const existing = await existingClusterKey();
      if (existing !== null) return existing;
      const isOurs = await createOnce(secrets, privateKeyFile, generatePrivateKey(comment));
      const created = await existingClusterKey(!isOurs);
      if (created === null) throw damagedKey(privateKeyFile);
      return created;
    },
  };
}

async function namesIn(folder: string): Promise<readonly string[]> {
  const names = await reading(folder, () =>
    readdir(folder).catch((error: unknown) => {
      if (isSystemError(error, 'ENOENT')) return [];
      throw error;
    }),
  );
  return names.filter((name) => name !== clusterKeyName && !name.endsWith('.tmp')).sort();
}

function valueFile(folder: string, name: string): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._-]*$/.test(name)) {
    throw new RangeError(`"${name}" cannot be the name of a secret`);
  }
  return join(folder, name);
}

/** True when this call created the file, complete and durable; false when it was there, untouched. */
async function createOnce(folder: string, file: string, content: string): Promise<boolean> {
  const draft = join(folder, `${randomUUID()}.tmp`);
  await ensurePrivateFolder(folder);
  return writing(file, async () => {
    try {
      await writeSynced(draft, content);
      await link(draft, file);
      await syncFolder(folder);
      return true;
    } catch (error) {
      if (isSystemError(error, 'EEXIST')) return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  });
}

function damagedKey(file: string): Error {
  return damagedState(
    `${file} is not the private key that deployer made`,
    'Put a good copy of it back. Without it, log in with your own key, or destroy the cluster and create it anew.',
  );
}
