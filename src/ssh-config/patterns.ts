/**
 * Whether a text is meant by a list of patterns as OpenSSH reads them: `*` stands for anything, `?` for one character,
 * and a pattern behind `!` that fits rules the text out whatever the others say.
 * @see https://man.openbsd.org/ssh_config#PATTERNS
 */
export function matchesPatterns(patterns: readonly string[], text: string): boolean {
  const isNegated = (pattern: string) => pattern.startsWith('!');
  if (patterns.some((pattern) => isNegated(pattern) && fits(pattern.slice(1), text))) return false;
  return patterns.some((pattern) => !isNegated(pattern) && fits(pattern, text));
}

/** The same for names of hosts in known_hosts and in certificates: small and capital letters are alike. */
export function matchesHostNames(patterns: readonly string[], name: string): boolean {
  const lowered = patterns.map((pattern) => pattern.toLowerCase());
  return matchesPatterns(lowered, name.toLowerCase());
}

/**
 * Whether one pattern fits the whole text. It goes back to the last star only, so that no pattern takes longer than both
 * lengths multiplied.
 */
export function fits(pattern: string, text: string): boolean {
  let at = 0;
  let star = -1;
  let starAt = 0;
  let next = 0;
  while (next < text.length) {
    if (pattern[at] === '*') {
      star = at;
      starAt = next;
      at += 1;
    } else if (pattern[at] === '?' || pattern[at] === text[next]) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      starAt += 1;
      at = star + 1;
      next = starAt;
    } else {
      return false;
    }
  }
  while (pattern[at] === '*') at += 1;
  return at === pattern.length;
}
