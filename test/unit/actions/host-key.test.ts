import { expect, test } from 'vitest';
import { consoleFingerprints } from '../../../src/actions/host-key.ts';

const block = `
-----BEGIN SSH HOST KEY FINGERPRINTS-----
256 SHA256:1Hd2Jq3MO4Ha5cQF6zUgfTtVYv7bKpWcRr8sXyZaBcD root@ip-10-0-0-5 (ED25519)
3072 SHA256:zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz root@ip-10-0-0-5 (RSA)
-----END SSH HOST KEY FINGERPRINTS-----
`;

test("the ed25519 fingerprint is read out of a booting machine's console", () => {
  const text = `[    0.1] Booting\ncloud-init: ${block}login:`;
  expect(consoleFingerprints(text)).toEqual(['SHA256:1Hd2Jq3MO4Ha5cQF6zUgfTtVYv7bKpWcRr8sXyZaBcD']);
});

test('a console that has not come that far shows none', () => {
  expect(consoleFingerprints('')).toEqual([]);
  expect(consoleFingerprints(block.slice(0, 60))).toEqual([]);
});
