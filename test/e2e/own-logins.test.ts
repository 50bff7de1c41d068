import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  addSudoUser,
  keyFile,
  launchOwnMachines,
  type OwnMachine,
  writeRack,
} from './support/own-hosts.ts';
import { DoctorResultSchema } from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const execute = promisify(execFile);

let workspace: Workspace;
let own: OwnMachine;
let gate: OwnMachine;
let agent: ChildProcess;

/** Our own home and agent: ~/.ssh/config is what the tests write there. */
const env = () => ({
  HOME: join(workspace.folder, 'home'),
  SSH_AUTH_SOCK: join(workspace.folder, 'agent'),
});
const run = (...words: readonly string[]) =>
  workspace.run([...words, '-p', 'rack', '--json'], env());

/** What doctor has against logging in as that user. */
async function problemOf(user: string) {
  await writeRack(workspace, [`{address: ${own.address}, username: ${user}, key: ${keyFile}}`]);
  const { stdout, code } = await run('doctor');
  const { checks } = DoctorResultSchema.parse(JSON.parse(stdout));
  const [problem] = checks.filter(({ ok }) => !ok);
  expect(code).toBe(1);
  return problem;
}

beforeAll(async () => {
  workspace = await openWorkspace();
  const [first, second] = await launchOwnMachines(workspace, 2);
  if (first === undefined || second === undefined) throw new Error('there are two machines');
  own = first;
  gate = second;
  const { SSH_AUTH_SOCK } = env();
  agent = spawn('ssh-agent', ['-D', '-a', SSH_AUTH_SOCK], { stdio: ['ignore', 'pipe', 'inherit'] });
  if (agent.stdout !== null) await once(agent.stdout, 'data');
  for (const user of ['op', 'asked', 'nobody-special', 'teletyped']) await addSudoUser(own, user);
  await own.inside(`
    echo 'asked ALL=(ALL) ALL' >/etc/sudoers.d/asked
    rm /etc/sudoers.d/nobody-special
    echo 'Defaults:teletyped requiretty' >>/etc/sudoers.d/teletyped`);
});
afterAll(async () => {
  agent?.kill();
  await workspace?.[Symbol.asyncDispose]();
});

describe('a machine of your own', () => {
  it.each([
    ['asked', /NOPASSWD/],
    ['nobody-special', /NOPASSWD/],
    ['teletyped', /requiretty/],
  ])(
    'C9: on which the sudo of %s does not run as root is told with what to do',
    async (user, hint) => {
      const problem = await problemOf(user);

      expect(problem?.about).toBe(`${own.address} root`);
      expect(problem?.hint).toMatch(hint);
    },
  );

  it('C9: whose image lets nobody in as root is told with whom to log in as', async () => {
    const forced = `command="echo 'Please login as the user \\\\"debian\\\\" rather than the user \\\\"root\\\\".';echo;sleep 10;exit 142"`;
    await own.inside(`cp -p /root/.ssh/authorized_keys /root/keys
      sed -i 's|^|${forced.replaceAll("'", `'"'"'`)} |' /root/.ssh/authorized_keys`);
    try {
      expect((await problemOf('root'))?.hint).toContain('username: debian');
    } finally {
      await own.inside('cp -p /root/keys /root/.ssh/authorized_keys');
    }
  });

  it('C9: without sudo is told so', async () => {
    await own.inside('mv /usr/bin/sudo /usr/bin/sudo.away');
    try {
      expect((await problemOf('op'))?.hint).toContain('sudo is not installed there');
    } finally {
      await own.inside('mv /usr/bin/sudo.away /usr/bin/sudo');
    }
  });

  it('C16: is reached by its alias, through the host on the way, with the agent', async () => {
    await writeRack(workspace, ['{address: first}']);
    const { SSH_AUTH_SOCK, HOME } = env();
    await execute('ssh-add', ['-q', join(workspace.folder, keyFile)], { env: { SSH_AUTH_SOCK } });
    await workspace.write(
      join('home', '.ssh', 'config'),
      `Host first
         HostName ${own.address}
         User op
         ProxyJump gate
       Host gate
         HostName ${gate.address}
         User root
       Host *
         IdentityFile ${HOME}/.ssh/there-is-none\n`,
    );
    const created = await run('hello', '-n', '1');
    const asked = await run(
      'execute',
      'hello',
      '-r',
      'id -un; echo $SSH_CONNECTION | cut -d" " -f1',
    );

    expect(created.code, created.stderr).toBe(0);
    expect(JSON.parse(asked.stdout).nodes[0].stdout).toBe(`op\n${gate.address}\n`);
    expect((await run('destroy', 'hello')).code).toBe(0);
  });

  it('C16: whose key has a passphrase is reached by an agent, and told of without one', async () => {
    const locked = `${keyFile}-locked`;
    const words = ['-q', '-p', '-N', 'secret', '-P', '', '-f', join(workspace.folder, locked)];
    await execute('cp', ['-p', join(workspace.folder, keyFile), join(workspace.folder, locked)]);
    await execute('ssh-keygen', words);
    await writeRack(workspace, [`{address: ${own.address}, username: op, key: ${locked}}`]);
    await workspace.write(join('home', '.ssh', 'config'), '');
    const withAgent = await run('doctor');
    const alone = await workspace.run(['doctor', '-p', 'rack', '--json'], {
      ...env(),
      SSH_AUTH_SOCK: '',
    });

    expect(withAgent.code, withAgent.stdout).toBe(0);
    expect(alone.code).toBe(1);
    expect(alone.stdout).toContain('ssh-add');
  });
});
