import { z } from 'zod';

/** An absolute path in its shortest form, without control characters or backslashes. */
export const PathSchema = z
  .string()
  .max(1024)
  .refine(
    isPlainPath,
    'must be an absolute path without "..", "//", a "/" at its end, control characters or backslashes',
  );

function isPlainPath(path: string): boolean {
  const names = path.split('/').slice(1);
  return (
    path.startsWith('/') &&
    // biome-ignore lint/suspicious/noControlCharactersInRegex: refusing them is the point
    !/[\x00-\x1f\x7f\\]/.test(path) &&
    names.every((name) => name !== '' && name !== '.' && name !== '..')
  );
}

/** The name of a user or group on a node. */
export const AccountNameSchema = z
  .string()
  .regex(/^[a-z_][a-z0-9_-]{0,31}$/, 'must be a user or group name like "zookeeper"');

/** File permissions in octal, as text: YAML reads 0644 without quotes as a decimal number. */
const ModeSchema = z
  .string("must be quoted, like '0644'")
  .regex(/^0?[0-7]{3,4}$/, "must be octal digits in quotes, like '0644'");

/** Who owns a file or folder and who may do what; the group is the owner's own unless said otherwise. */
export const ownership = {
  owner: AccountNameSchema.optional(),
  group: AccountNameSchema.optional(),
  mode: ModeSchema.optional(),
};

/** Owner, group and mode as the runtime's words; the mode as `stat` prints it. */
export function ownershipWords(
  wish: { owner?: string | undefined; group?: string | undefined; mode?: string | undefined },
  defaultMode: string,
): [owner: string, group: string, mode: string] {
  const owner = wish.owner ?? 'root';
  const mode = Number.parseInt(wish.mode ?? defaultMode, 8).toString(8);
  return [owner, wish.group ?? owner, mode];
}

/** Text that may stand in a shell word and in a file. */
export const TextSchema = z
  .string()
  .refine((text) => !text.includes('\0'), 'must not hold a NUL character');

/** The name of a systemd unit; without a type it is a service. */
export const UnitNameSchema = z
  .string()
  .max(200)
  .regex(/^[A-Za-z0-9:_][A-Za-z0-9:_.@-]*$/, 'must be a systemd unit name like "zookeeper"');

const unitTypes = /\.(service|socket|timer|target|path|mount|slice)$/;

/** The unit's full name: `zookeeper` is `zookeeper.service`. */
export function unitFileName(name: string): string {
  return unitTypes.test(name) ? name : `${name}.service`;
}
