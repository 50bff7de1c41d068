import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hostWord, knownOf, parseKnownHosts } from '../../../src/ssh-config/known-hosts.ts';

const type = 'ssh-ed25519';

function key(byte: number): string {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(type.length);
  return Buffer.concat([length, Buffer.from(type), Buffer.alloc(36, byte)]).toString('base64');
}

function hashed(name: string): string {
  const salt = Buffer.from('some salt of 20 byte');
  const hash = createHmac('sha1', salt).update(name).digest('base64');
  return `|1|${salt.toString('base64')}|${hash}`;
}

const line = (hosts: string, byte = 1, marker = '') =>
  `${marker === '' ? '' : `${marker} `}${hosts} ${type} ${key(byte)} comment\n`;

const keysOf = (text: string, names: readonly string[], port = 22) =>
  knownOf(parseKnownHosts(text), names, port).keys.map(({ base64 }) => base64);

describe('parseKnownHosts', () => {
  it('leaves out what OpenSSH would skip', () => {
    const text = `# a comment\n\nbroken\nhost ${type} notbase64!\nhost ssh-rsa ${key(1)}\n@odd host ${type} ${key(1)}\n${line('a')}`;

    expect(parseKnownHosts(text).map(({ hosts }) => hosts)).toEqual([['a']]);
  });

  it('fails on no text at all', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        expect(Array.isArray(parseKnownHosts(text))).toBe(true);
      }),
    );
  });
});

describe('knownOf', () => {
  it('finds a host by any of its names', () => {
    expect(keysOf(line('a,10.0.0.1'), ['b', '10.0.0.1'])).toEqual([key(1)]);
    expect(keysOf(line('a'), ['b'])).toEqual([]);
  });

  it('follows wildcards, and those that rule a host out', () => {
    const text = line('*.example.com,!bad.example.com');

    expect(keysOf(text, ['good.example.com'])).toEqual([key(1)]);
    expect(keysOf(text, ['bad.example.com'])).toEqual([]);
  });

  it('tells ports apart, and falls back to the name alone where no key is there for the port', () => {
    expect(keysOf(line('[a]:2222') + line('a', 2), ['a'], 2222)).toEqual([key(1)]);
    expect(keysOf(line('[a]:2222') + line('a', 2), ['a'], 22)).toEqual([key(2)]);
    expect(keysOf(line('a', 2), ['a'], 2222)).toEqual([key(2)]);
  });

  it('finds every host under its hash, and no other one', () => {
    const name = fc.stringMatching(/^[a-z0-9.-]{1,20}$/);
    fc.assert(
      fc.property(name, name, fc.constantFrom(22, 2222), (host, other, port) => {
        const text = line(hashed(hostWord(host, port)));
        expect(keysOf(text, [host], port)).toEqual([key(1)]);
        expect(keysOf(text, [other], port)).toEqual(other === host ? [key(1)] : []);
      }),
    );
  });

  it('keeps authorities and revoked keys apart', () => {
    const text =
      line('*.rack', 1, '@cert-authority') + line('*', 2, '@revoked') + line('a.rack', 3);
    const { keys, authorities, revoked } = knownOf(parseKnownHosts(text), ['a.rack'], 22);

    expect(keys.map(({ base64 }) => base64)).toEqual([key(3)]);
    expect(authorities.map(({ base64 }) => base64)).toEqual([key(1)]);
    expect(revoked.map(({ base64 }) => base64)).toEqual([key(2)]);
  });
});
