import { UsageError } from '../errors.ts';

/** Machines are called CLUSTER-ORDINAL, and a DNS label holds 63 characters (RFC 1035): five digits are left. */
const longest = 63 - '-99999'.length;

/**
 * The cluster's name: `asked` (--name), else RECIPE-PROFILE. It is a DNS label, and leaves room for an ordinal.
 *
 * @throws {UsageError} with code `invalid-name` when it cannot be one
 */
export function clusterNameOf(recipe: string, profile: string, asked: string | undefined): string {
  const name = asked ?? `${recipe}-${profile}`;
  if (/^[a-z]([a-z0-9-]*[a-z0-9])?$/.test(name) && name.length <= longest) return name;
  throw new UsageError('invalid-name', `"${name}" cannot be the name of a cluster`, {
    hint: `use small letters, digits and -, beginning with a letter, at most ${longest} characters`,
  });
}
