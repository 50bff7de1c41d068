import { describe, expect, it } from 'vitest';
import { loginOf } from '../../../src/ssh-config/login-of.ts';
import { directivesOf } from './directives-of.ts';

const user = { name: 'me', home: '/home/me', env: { SSH_AUTH_SOCK: '/run/agent', KEYS: '/keys' } };

async function login(wish: Parameters<typeof loginOf>[0], text = '', via?: { host: string }) {
  return loginOf(wish, via, await directivesOf(text), user);
}

describe('loginOf', () => {
  it('does what OpenSSH would do where nothing is said', async () => {
    expect(await login({ host: '10.0.0.1' })).toEqual({
      ...{ address: '10.0.0.1', port: 22, username: 'me', agent: '/run/agent' },
      keyFiles: ['id_rsa', 'id_ecdsa', 'id_ed25519'].map((name) => `/home/me/.ssh/${name}`),
      ...{ onlyThese: false, names: ['10.0.0.1'], knownHostsFiles: [], unsupported: [], via: [] },
    });
  });

  it('takes what is wished for before what the file says', async () => {
    const text = 'Host a\n HostName 10.0.0.1\n User ops\n Port 2222\n IdentityFile ~/k';
    const wish = { host: 'a', username: 'root', key: '/keys/b' };

    expect(await login(wish, text)).toMatchObject({
      ...{ address: '10.0.0.1', port: 2222, username: 'root' },
      ...{ keyFiles: ['/keys/b'], onlyThese: true },
    });
  });

  it('fills in tokens', async () => {
    const text =
      'Host a\n HostName %h.rack\n IdentityFile ~/%r@%h:%p\n IdentityFile %d/%u-%n-%%-%x';

    expect(await login({ host: 'a', username: 'ops' }, text)).toMatchObject({
      address: 'a.rack',
      keyFiles: ['/home/me/ops@a.rack:22', '/home/me/me-a-%-%x'],
    });
  });

  it('goes through the host that is wished for, else through that of the file', async () => {
    const text = 'Host a\n ProxyJump ops@gate:2222\nHost gate\n HostName 192.0.2.1\n User nobody';

    expect((await login({ host: 'a' }, text)).via).toMatchObject([
      { address: '192.0.2.1', port: 2222, username: 'ops' },
    ]);
    expect((await login({ host: 'a' }, text, { host: 'door' })).via).toMatchObject([
      { address: 'door', port: 22, username: 'me' },
    ]);
    expect((await login({ host: 'a' }, 'ProxyJump none')).via).toEqual([]);
  });

  it('goes to a jump through what its own section says, as OpenSSH does', async () => {
    const text =
      'Host a\n ProxyJump in,inner\nHost in\n ProxyJump out\n ProxyCommand nc\nHost inner\n ProxyCommand nc\nHost out\n ProxyCommand nc';
    const { via } = await login({ host: 'a' }, text);

    expect(via.map(({ address, unsupported }) => [address, ...unsupported])).toEqual([
      ['out', 'ProxyCommand'],
      ['in'],
      ['inner'],
    ]);
  });

  it('refuses a way that leads through itself', async () => {
    const text = 'Host a c\n ProxyJump b\nHost b\n ProxyJump c';

    await expect(login({ host: 'a' }, text)).rejects.toMatchObject({
      code: 'ssh-jump-loop',
      message: 'the way to a leads through b leads through c leads through b',
    });
  });

  it('fills in variables, and tries no key where none is said', async () => {
    const variable = (name: string) => `$\{${name}}`;
    const lines = [
      `IdentityFile ${variable('KEYS')}/a`,
      `IdentityFile ${variable('NONE')}/b`,
      `UserKnownHostsFile ${variable('KEYS')}/known`,
      `IdentityAgent ${variable('KEYS')}/agent`,
    ];

    expect(await login({ host: 'a' }, lines.join('\n'))).toMatchObject({
      keyFiles: ['/keys/a', `${variable('NONE')}/b`],
      ...{ agent: '/keys/agent', knownHostsFiles: ['/keys/known'] },
    });
    expect((await login({ host: 'a' }, 'IdentityFile none')).keyFiles).toEqual([]);
    expect((await login({ host: 'a' }, 'IdentityAgent $KEYS')).agent).toBe('/keys');
  });

  it('asks the agent that is said, or none', async () => {
    expect((await login({ host: 'a' }, 'IdentityAgent none')).agent).toBeUndefined();
    expect((await login({ host: 'a' }, 'IdentityAgent ~/agent')).agent).toBe('/home/me/agent');
    expect((await login({ host: 'a' }, 'IdentityAgent SSH_AUTH_SOCK')).agent).toBe('/run/agent');
  });

  it('looks a host up in known_hosts under its alias where it has one', async () => {
    const text = 'Host a\n HostName 10.0.0.1\n HostKeyAlias first\n UserKnownHostsFile ~/known';

    expect(await login({ host: 'a' }, text)).toMatchObject({
      names: ['first'],
      knownHostsFiles: ['/home/me/known'],
    });
  });
});
