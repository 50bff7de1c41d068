import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { UsageError } from '../../../src/errors.ts';
import { hostSettings, jumpsOf } from '../../../src/ssh-config/host-settings.ts';
import { wordsOf } from '../../../src/ssh-config/words.ts';
import { directivesOf } from './directives-of.ts';

async function settings(text: string, alias: string, others = {}) {
  return hostSettings(await directivesOf(text, others), alias);
}

describe('wordsOf', () => {
  it('reads every form in which a line may be written', () => {
    expect(wordsOf('  User  ops ')).toEqual(['User', 'ops']);
    expect(wordsOf('User=ops')).toEqual(['User', 'ops']);
    expect(wordsOf('User = ops')).toEqual(['User', 'ops']);
    expect(wordsOf('IdentityFile "~/my keys/a"')).toEqual(['IdentityFile', '~/my keys/a']);
    expect(wordsOf("IdentityFile '~/my keys/a'")).toEqual(['IdentityFile', '~/my keys/a']);
    expect(wordsOf('Host a b !c # all but one')).toEqual(['Host', 'a', 'b', '!c']);
    expect(wordsOf('# User ops')).toEqual([]);
    expect(wordsOf('')).toEqual([]);
  });

  it('refuses a quote that is not closed', () => {
    expect(wordsOf('User "ops')).toBeNull();
  });

  it('gives back every word that was quoted', () => {
    const word = fc.string({ minLength: 1, unit: 'grapheme-ascii' });
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        const quoted = words.map((each) => `"${each.replace(/["\\]/g, '\\$&')}"`);
        expect(wordsOf(`Host ${quoted.join(' ')}`)).toEqual(['Host', ...words]);
      }),
    );
  });
});

describe('readSshConfig', () => {
  it('says in which line of which file it does not understand something', async () => {
    const broken = directivesOf('Host a\nUser "ops');

    await expect(broken).rejects.toThrow(UsageError);
    await expect(broken).rejects.toThrow('config:2: a quote is not closed');
    await expect(directivesOf('Port')).rejects.toThrow('config:1: Port says nothing');
  });

  it('ends where files include each other', async () => {
    await expect(directivesOf('Include b', { b: 'Include b' })).rejects.toThrow('too deeply');
  });

  it('never fails on a text with anything but a readable message', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary' }), async (text) => {
        await directivesOf(text).catch((error: unknown) => {
          expect(error).toBeInstanceOf(UsageError);
        });
      }),
    );
  });
});

describe('hostSettings', () => {
  it('takes the first value of each keyword, and all identity files', async () => {
    const text = `
      User everyone
      Host rack-*
        Port 2222
        IdentityFile ~/.ssh/rack
      Host rack-1 !rack-2
        User ops
        HostName 10.0.0.1
        Port 22
        IdentityFile ~/.ssh/one
        IdentitiesOnly yes
      Host *
        UserKnownHostsFile ~/a ~/b`;

    expect(await settings(text, 'rack-1')).toMatchObject({
      user: 'everyone',
      hostName: '10.0.0.1',
      port: 2222,
      identityFiles: ['~/.ssh/rack', '~/.ssh/one'],
      identitiesOnly: true,
      userKnownHostsFiles: ['~/a', '~/b'],
      unsupported: [],
    });
    expect(await settings(text, 'rack-2')).toMatchObject({ hostName: undefined, port: 2222 });
  });

  it('applies an included file where the Include stands, and what follows it as before', async () => {
    const text = 'Host a\n Include inner\n Port 2\nHost b\n Port 3';
    const others = { inner: 'User ops\nHost other\n User nobody' };

    expect(await settings(text, 'a', others)).toMatchObject({ user: 'ops', port: 2 });
    expect(await settings(text, 'b', others)).toMatchObject({ user: undefined, port: 3 });
  });

  it('tells of what it does not follow only where that is about the host', async () => {
    const text = `
      Host far
        ProxyCommand nc %h %p
      Host near
        ProxyCommand none
      Host cert
        CertificateFile ~/.ssh/a-cert.pub`;

    expect((await settings(text, 'far')).unsupported).toEqual(['ProxyCommand']);
    expect((await settings(text, 'near')).unsupported).toEqual([]);
    expect((await settings(text, 'cert')).unsupported).toEqual(['CertificateFile']);
    expect((await settings(text, 'other')).unsupported).toEqual([]);
  });

  it('tells of a Match only where it says something that would be followed', async () => {
    const told = async (text: string) => (await settings(text, 'a')).unsupported;

    expect(await told('Match user bob\n User ops')).toEqual(['Match']);
    expect(await told('Match user bob\n SendEnv LANG')).toEqual([]);
    expect(await told('Match all\n User ops')).toEqual([]);
    expect(await settings('Match all\n User ops', 'a')).toMatchObject({ user: 'ops' });
  });

  it('goes through no jump where any command comes first', async () => {
    const none = await settings('ProxyCommand none\nProxyJump gate', 'a');
    expect(none).toMatchObject({ proxyJump: [], unsupported: [] });
    const command = await settings('ProxyCommand nc gate 22\nProxyJump gate', 'a');
    expect(command).toMatchObject({ proxyJump: [], unsupported: ['ProxyCommand'] });
  });

  it('takes capital letters in a pattern for what they are, and true for yes', async () => {
    const text = 'Host A*\n IdentitiesOnly true';
    expect((await settings(text, 'Abc')).identitiesOnly).toBe(true);
    expect((await settings(text, 'abc')).identitiesOnly).toBe(false);
  });

  it('needs no command where a jump comes first', async () => {
    const text = 'Host a\n ProxyJump gate\n ProxyCommand nc gate 22';

    expect((await settings(text, 'a')).unsupported).toEqual([]);
  });
});

describe('jumpsOf', () => {
  it('reads a host with and without its user and port', () => {
    const jump = { host: 'gate', username: undefined, port: undefined };

    expect(jumpsOf('gate')).toEqual([jump]);
    expect(jumpsOf('ops@gate:2222')).toEqual([{ host: 'gate', username: 'ops', port: 2222 }]);
    expect(jumpsOf('ssh://ops@gate:2222/')).toEqual([
      { host: 'gate', username: 'ops', port: 2222 },
    ]);
    expect(jumpsOf('[2001:db8::1]:22')).toEqual([{ ...jump, host: '2001:db8::1', port: 22 }]);
    expect(jumpsOf('2001:db8::1')).toEqual([{ ...jump, host: '2001:db8::1' }]);
    expect(jumpsOf('gate,inner').map(({ host }) => host)).toEqual(['gate', 'inner']);
    expect(jumpsOf('none')).toEqual([]);
  });
});
