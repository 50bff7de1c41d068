import { describe, expect, it } from 'vitest';
import { quote } from '../../../src/node/quote.ts';
import { connect } from '../../../src/remote/connect.ts';
import type { Remote } from '../../../src/remote/remote.ts';
import { canHaveMachines } from '../../support/images.ts';
import { look, put, told } from '../../unit/node/fixtures.ts';
import { deps, type SshdOptions, startSshd } from '../support/sshd.ts';

/** Makes a user who logs in with the same key as root. */
function user(name: string, shell = '/bin/bash', more = ''): string {
  const open = 'chmod 755 /root /root/authorized-keys';
  return `useradd --create-home --password '*' --shell ${shell} ${name}; ${open}; ${more}`;
}

const mayAll = (name: string) => `echo '${name} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/${name}; `;

/** What comes of work at a sshd of its own. */
async function at<T>(
  options: SshdOptions & { readonly username?: string; readonly settings?: readonly string[] },
  work: (remote: Remote) => Promise<T>,
): Promise<T> {
  const { username = 'root', settings = [], ...more } = options;
  await using sshd = await startSshd(settings, more);
  const remote = await connect(sshd.target({ username }), deps);
  try {
    return await work(remote);
  } finally {
    await remote.close();
  }
}

const file = { file: { path: '/srv/made', content: 'made\n' } };

/** A change and another look, through the login's shell and sudo. */
async function workThrough(remote: Remote): Promise<readonly string[]> {
  return [...told(await put(remote, file)), ...told(await look(remote, file))];
}

const worked = ['changed: not there', 'ok'];

describe.skipIf(!canHaveMachines)('C9: a login', () => {
  it('of a user who becomes root without a password works as root does', async () => {
    const setup = user('admin', '/bin/bash', mayAll('admin'));
    expect(await at({ username: 'admin', setup }, workThrough)).toEqual(worked);
  });

  it('of a user whose sudo wants a password is told with the line that is missing', async () => {
    const setup = user('admin', '/bin/bash', "echo 'admin ALL=(ALL) ALL' >/etc/sudoers.d/admin");
    await expect(at({ username: 'admin', setup }, look)).rejects.toMatchObject({
      code: 'sudo-refused',
      excerpt: expect.stringContaining('password is required'),
      hint: expect.stringContaining('NOPASSWD'),
    });
  });

  it('of a user whom sudo does not know is told in its words', async () => {
    await expect(at({ username: 'admin', setup: user('admin') }, look)).rejects.toMatchObject({
      code: 'sudo-refused',
      hint: expect.stringContaining('NOPASSWD'),
    });
  });

  it('where sudo wants a terminal is told as that', async () => {
    const tty = "echo 'Defaults requiretty' >/etc/sudoers.d/tty; ";
    const setup = user('admin', '/bin/bash', mayAll('admin') + tty);
    await expect(at({ username: 'admin', setup }, look)).rejects.toMatchObject({
      code: 'sudo-refused',
      excerpt: expect.stringContaining('tty'),
      hint: expect.stringContaining('requiretty'),
    });
  });

  it('where there is no sudo is told as that', async () => {
    const setup = `${user('admin')} rm /usr/bin/sudo`;
    await expect(at({ username: 'admin', setup }, look)).rejects.toMatchObject({
      code: 'sudo-refused',
      hint: expect.stringContaining('not installed'),
    });
  });

  it('as root that the image answers with another user names that user', async () => {
    const says = `echo 'Please login as the user \\"debian\\" rather than the user \\"root\\".'`;
    const command = quote(`command="${says};echo;sleep 10;exit 142" `);
    const setup = `cd /root; printf %s ${command} | cat - authorized-keys >keys; mv keys authorized-keys`;
    await expect(at({ setup }, look)).rejects.toMatchObject({
      code: 'wrong-username',
      hint: 'Set this in the profile: username: debian',
      excerpt: expect.stringContaining('rather than the user'),
    });
  });
});

describe.skipIf(!canHaveMachines)('C13: work goes on', () => {
  it.each([
    ['a .bashrc that prints', `echo 'echo "Welcome! @@"; echo to stderr >&2' >>/root/.bashrc`],
    ['a motd and a banner', `echo hello >/etc/motd; printf 'hello\\n' >/root/banner`],
    ['a /tmp on which nothing can be run', 'mount -t tmpfs -o noexec tmpfs /tmp'],
    ['no /tmp at all', 'rm -rf /tmp'],
    ['a umask that shuts everybody out', `echo 'umask 0777' >>/root/.bashrc`],
    ['a language that nobody has', `echo 'export LANG=xx_XX.UTF-8 LC_ALL=xx_XX' >>/root/.bashrc`],
    ['dash as login shell', 'usermod --shell /bin/dash root'],
    ['another program as sh', 'ln -sf bash /bin/sh'],
  ])('in spite of %s', async (_, setup) => {
    const settings = setup.includes('banner') ? ['Banner /root/banner'] : [];
    expect(await at({ setup, settings }, workThrough)).toEqual(worked);
  });
});
