import { expect, test } from 'vitest';
import { userDataFor } from '../../../../src/providers/ec2/user-data.ts';

const nothing = { operatorKeys: [], loginKey: null, hostKey: null };
const noSecrets = { hostKey: null };

test('who has no keys to give sends no user data', () => {
  expect(userDataFor(nothing, noSecrets)).toBeUndefined();
});

test("the operator's keys and the cluster's log in", () => {
  const text = userDataFor({ ...nothing, operatorKeys: ['a', 'b'], loginKey: 'c' }, noSecrets);
  expect(text).toBe('#cloud-config\n{"ssh_authorized_keys":["a","b","c"]}\n');
});

test('a machine is given its host key and makes none of its own', () => {
  const text = userDataFor({ ...nothing, hostKey: 'ssh-ed25519 AAAA' }, { hostKey: 'PRIVATE' });
  expect(JSON.parse(text?.split('\n')[1] ?? '')).toEqual({
    ssh_deletekeys: true,
    ssh_keys: { ed25519_private: 'PRIVATE', ed25519_public: 'ssh-ed25519 AAAA' },
  });
});

test('a host key whose private half is lost is not sent', () => {
  expect(() => userDataFor({ ...nothing, hostKey: 'ssh-ed25519 AAAA' }, noSecrets)).toThrow(
    expect.objectContaining({ code: 'host-key-lost' }),
  );
});

test('more than EC2 takes is refused before anything is sent (B20)', () => {
  const operatorKeys = Array.from({ length: 30 }, () => 'k'.repeat(600));
  expect(() => userDataFor({ ...nothing, operatorKeys }, noSecrets)).toThrow(
    expect.objectContaining({ code: 'user-data-too-large', hint: expect.stringContaining('30') }),
  );
});
