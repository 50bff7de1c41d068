import { DeployerError } from '../../errors.ts';
import type { LaunchRequest, LaunchSecrets } from '../provider.ts';

/** As much as EC2 takes, before it is written in base64. */
const mostBytes = 16_384;

/**
 * User data that lets public keys log in and gives the machine its host key: `#cloud-config` for cloud-init, which every
 * cloud's stock image runs. The part after the first line is JSON, which is YAML.
 * @throws {DeployerError} `user-data-too-large` before anything is sent
 * @see https://cloudinit.readthedocs.io/en/latest/reference/modules.html#ssh
 */
export function userDataFor(
  { operatorKeys, loginKey, hostKey }: Pick<LaunchRequest, 'operatorKeys' | 'loginKey' | 'hostKey'>,
  secrets: LaunchSecrets,
): string | undefined {
  const keys = [...operatorKeys, ...(loginKey === null ? [] : [loginKey])];
  const config = {
    ...(keys.length === 0 ? {} : { ssh_authorized_keys: keys }),
    ...(hostKey === null ? {} : { ssh_deletekeys: true, ssh_keys: hostKeys(hostKey, secrets) }),
  };
  if (Object.keys(config).length === 0) return undefined;
  const text = `#cloud-config\n${JSON.stringify(config)}\n`;
  const bytes = Buffer.byteLength(text);
  if (bytes > mostBytes) throw tooLarge(bytes, operatorKeys.length);
  return text;
}

function hostKeys(publicKey: string, { hostKey }: LaunchSecrets) {
  if (hostKey === null) {
    throw new DeployerError(
      'host-key-lost',
      'the host key that machines were to be given is gone',
      {
        hint: 'Run the same command again: a new one is made.',
      },
    );
  }
  return { ed25519_private: hostKey, ed25519_public: publicKey };
}

function tooLarge(bytes: number, count: number): DeployerError {
  return new DeployerError(
    'user-data-too-large',
    `what new machines are told is ${bytes} bytes, and EC2 takes ${mostBytes}`,
    {
      hint: `It holds ${count} public keys of ~/.ssh/id_*.pub: move those away that nobody logs in with.`,
    },
  );
}
