import type { Image } from '@aws-sdk/client-ec2';

/** Who logs in to the images of each publisher; the first line that fits counts. */
const users: readonly (readonly [RegExp, string])[] = [
  [/ubuntu/, 'ubuntu'],
  [/debian/, 'admin'],
  [/\bal20\d\d|amzn|amazon.?linux/, 'ec2-user'],
  [/\balma/, 'ec2-user'],
  [/rocky/, 'rocky'],
  [/centos[^a-z]*(stream[^0-9]*)?(8|9|10)\b/, 'ec2-user'],
  [/centos/, 'centos'],
  [/fedora/, 'fedora'],
  [/(opensuse|suse|sles)/, 'ec2-user'],
  [/(rhel|red.?hat)/, 'ec2-user'],
];

/** Images that clouds other than AWS have of Debian come from its own cloud team, whose user is another one. */
const debianElsewhere = 'debian';

/** The user that an image's publisher made for logging in, by its name and description; null when these do not tell. */
export function loginUserOf(image: Image, isAws: boolean): string | null {
  // The local cloud's images have no other user than root.
  if (image.ImageLocation?.startsWith('local/') === true) return 'root';
  for (const text of [image.Name, image.Description, image.ImageLocation]) {
    const found = users.find(([pattern]) => pattern.test((text ?? '').toLowerCase()));
    if (found === undefined) continue;
    return found[1] === 'admin' && !isAws ? debianElsewhere : found[1];
  }
  return null;
}
