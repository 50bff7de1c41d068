import path from 'node:path';

/** Where downloads are kept: DEPLOYER_CACHE, else `deployer` in XDG_CACHE_HOME or ~/.cache. It need not exist. */
export function cacheFolder(env: NodeJS.ProcessEnv, homeDir: string, cwd: string): string {
  const own = env['DEPLOYER_CACHE'] ?? '';
  if (own !== '') return path.resolve(cwd, own);
  // A relative one is to be ignored: https://specifications.freedesktop.org/basedir-spec/latest/
  const shared = env['XDG_CACHE_HOME'] ?? '';
  const base = path.isAbsolute(shared) ? shared : path.join(homeDir, '.cache');
  return path.join(base, 'deployer');
}
