import { generateKeyPairSync } from 'node:crypto';
import ssh2 from 'ssh2';
import { expect, test } from 'vitest';
import { openSshKey, throwAwayRsaKey } from '../../../../src/providers/ec2/public-key.ts';

test.each([
  ['ssh-ed25519', openSshKey(generateKeyPairSync('ed25519').publicKey)],
  ['ssh-rsa', throwAwayRsaKey()],
])('a key of kind %s is what SSH takes', (kind, line) => {
  const parsed = ssh2.utils.parseKey(line);
  expect(parsed).not.toBeInstanceOf(Error);
  expect(parsed).toMatchObject({ type: kind });
});
