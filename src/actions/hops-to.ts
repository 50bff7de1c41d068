import { homedir, userInfo } from 'node:os';
import { loadSshConfig } from '../ssh-config/config-files.ts';
import { loginOf } from '../ssh-config/login-of.ts';
import type { ActionContext } from './context.ts';
import { fromConfig } from './from-config.ts';
import type { RememberedCluster } from './open-place.ts';
import type { Login } from './way-in.ts';

/**
 * The profile's host on the way to machines of a cloud, and before it those that ~/.ssh/config says are on the way to
 * that one. What is said there and not followed is told.
 * @throws {UsageError} `bad-ssh-config`, `ssh-jump-loop`
 */
export async function hopsTo(
  { profile, configFile }: RememberedCluster['request'],
  { env, emit }: Pick<ActionContext, 'env' | 'emit'>,
): Promise<readonly Login[]> {
  if (profile.via === undefined) return [];
  const home = homedir();
  const user = { name: userInfo().username, home, env };
  const { key, ...said } = profile.via;
  const wish = { ...said, key: key === undefined ? undefined : fromConfig(key, configFile) };
  const { via, ...host } = loginOf(wish, undefined, await loadSshConfig(home), user);
  const hops = [...via, host];
  for (const { address, unsupported } of hops.filter((hop) => hop.unsupported.length > 0)) {
    const message = `${address}: ${unsupported.join(', ')} of ~/.ssh/config is not followed`;
    const hint =
      'If it cannot be reached without, say in the profile how: via, with host, port, username, key.';
    emit({ type: 'notice', level: 'warning', message, hint });
  }
  return hops;
}
