import { hostname, userInfo } from 'node:os';

/** Who runs this, as others on the same cluster read it: `user@host`. */
export function whoAmI(): string {
  return `${userName()}@${hostname()}`;
}

/** In a container the user may have a number and no name. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
