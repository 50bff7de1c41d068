import type { LaunchRequest, LaunchSecrets } from '../provider.ts';

/**
 * User data for cloud-init, which every cloud's stock image runs: which public keys log in besides, and the host key that
 * the machine is given; undefined when there is neither. The part after the first line is JSON, which is YAML.
 * @see https://cloudinit.readthedocs.io/en/latest/reference/modules.html#ssh
 */
export function userDataFor(
  { operatorKeys, loginKey, hostKey }: Pick<LaunchRequest, 'operatorKeys' | 'loginKey' | 'hostKey'>,
  secrets: LaunchSecrets,
): string | undefined {
  const logins = [...(loginKey === null ? [] : [loginKey]), ...operatorKeys];
  const given =
    hostKey === null || secrets.hostKey === null
      ? {}
      : { ssh_keys: { ed25519_private: secrets.hostKey, ed25519_public: hostKey } };
  const config = { ...(logins.length > 0 && { ssh_authorized_keys: logins }), ...given };
  if (Object.keys(config).length === 0) return undefined;
  return `#cloud-config\n${JSON.stringify(config)}\n`;
}
