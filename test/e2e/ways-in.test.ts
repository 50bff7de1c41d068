import { execFile } from 'node:child_process';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Sshd, startSshd } from '../contract/support/sshd.ts';
import { insideMachine, livingMachines, nameOf } from './support/ground-truth.ts';
import { errorOf, resultOf } from './support/program.ts';
import { randomNumbers } from './support/random-numbers.ts';
import {
  CreateResultSchema,
  ExecuteResultSchema,
  SshConfigResultSchema,
} from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const run = promisify(execFile);
const seed = Number(process.env['DEPLOYER_E2E_SEED'] ?? Date.now() % 1_000_000);
const random = randomNumbers(seed);
const ownKey = 'cut -d" " -f2 /etc/ssh/ssh_host_ed25519_key.pub';

let workspace: Workspace;
let gate: Sshd;
beforeAll(async () => {
  workspace = await openWorkspace();
  gate = await startSshd();
  const keyFile = join(workspace.folder, 'gate-key');
  await writeFile(keyFile, gate.loginKey, { mode: 0o600 });
  await workspace.edit(
    'config.yml',
    'profiles:\n',
    `profiles:
  given:
    {credentials: local, image: debian-12, instanceType: t3.small, hostKeys: inject}
  behind:
    credentials: local
    image: debian-12
    instanceType: t3.small
    via: {host: 127.0.0.1, port: ${gate.port}, username: root, key: ${keyFile}}
`,
  );
});
afterAll(async () => {
  await gate?.[Symbol.asyncDispose]();
  await workspace?.[Symbol.asyncDispose]();
});

const stateFile = (...path: readonly string[]) => join(workspace.stateFolder, ...path);

/** What is pinned for the machines of a cluster: a key and a comment, if any, by node. */
async function pins(cluster: string): Promise<Readonly<Record<string, readonly string[]>>> {
  const lines = (await readFile(stateFile(cluster, 'known_hosts'), 'utf8')).trim().split('\n');
  const machines = await livingMachines(workspace);
  return Object.fromEntries(
    machines.map((machine) => [
      nameOf(machine),
      lines
        .filter((line) => line.startsWith(`${machine.id} `))
        .map((line) => line.split(' ')[2] ?? ''),
    ]),
  );
}

/** Each machine is known by the one key that it has, which is no other machine's, and nothing else is kept. */
async function expectOwnKeys(cluster: string, nodes: readonly string[]): Promise<void> {
  const pinned = await pins(cluster);
  expect(Object.keys(pinned)).toEqual(nodes);
  for (const node of nodes)
    expect(pinned[node]).toEqual([await insideMachine(workspace, node, ownKey)]);
  expect(new Set(Object.values(pinned).flat()).size).toBe(nodes.length);
  const secrets = await readdir(stateFile(cluster, 'secrets'));
  expect(secrets.filter((name) => name.startsWith('host-key'))).toEqual([]);
}

describe('C8: machines that are given a host key', () => {
  const cluster = 'hello-given';
  const nodes = [`${cluster}-1`, `${cluster}-2`, `${cluster}-3`];
  const create = ['hello', '-p', 'given', '-n', '3', '--json'];
  const destroy = ['hello', '-p', 'given', '--op', 'destroy'];
  /** How long a run takes that nobody kills. */
  let usualMs = 3_000;

  it('have their own after the first contact, and nobody has written the given one down', async () => {
    const created = await workspace.run(create);
    expect(created, created.stdout).toMatchObject({ code: 0 });
    expect(created.stderr).not.toContain('at first sight');
    await expectOwnKeys(cluster, nodes);
    const journal = await readFile(stateFile(cluster, 'journal'), 'utf8');
    expect(journal).toContain('ssh-ed25519 ');
    expect(journal).not.toContain('PRIVATE KEY');
    usualMs = resultOf(created, CreateResultSchema).ms;
    // As a run leaves it that is killed once all machines have keys of their own.
    await writeFile(stateFile(cluster, `secrets/host-key.${'0'.repeat(64)}`), 'spent', {
      mode: 0o600,
    });
    const again = resultOf(await workspace.run(create), CreateResultSchema);
    expect(again.changed).toBe(false);
    await expectOwnKeys(cluster, nodes);
    const words = ['ssh', 'hello', '2', '-p', 'given', '--', 'uname', '-n'];
    expect(await workspace.run(words)).toMatchObject({ code: 0 });
  });

  it('are not touched once another key is shown in place of theirs (C7)', async () => {
    const print = 'ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | cut -d" " -f2';
    const node = nodes[1] ?? '';
    const own = await insideMachine(workspace, node, print);
    const swap = `cd /etc/ssh; rm ssh_host_ed25519_key*; ssh-keygen -q -t ed25519 -N "" -f ssh_host_ed25519_key
      systemctl reload ssh`;
    await insideMachine(workspace, node, swap);
    const other = await insideMachine(workspace, node, print);
    const failed = await workspace.run(create);
    expect(failed.code).toBe(1);
    expect(errorOf(failed).nodes).toMatchObject([
      { node, error: { code: 'wrong-host-key', excerpt: `expected ${own}\nanswered ${other}` } },
    ]);
    expect(await workspace.run(destroy)).toMatchObject({ code: 0 });
  });

  it.each([1, 2, 3, 4])('have them wherever a run is killed (round %i)', async () => {
    console.log(`moments of death come from DEPLOYER_E2E_SEED=${seed}`);
    for (const share of [random(), random()]) {
      const program = workspace.start(create);
      setTimeout(() => program.signal('SIGKILL'), 300 + share * usualMs);
      await program.ended;
    }
    const created = await workspace.run(create);
    expect(created, created.stdout).toMatchObject({ code: 0 });
    await expectOwnKeys(cluster, nodes);
    expect(await workspace.run(destroy)).toMatchObject({ code: 0 });
  });
});

describe('C16: machines behind a host on the way', () => {
  const choice = ['-p', 'behind'];
  const nodes = ['hello-behind-1', 'hello-behind-2'];

  it('are created, asked and logged into through it', async () => {
    const created = await workspace.run(['hello', ...choice, '-n', '2']);
    expect(created, created.stderr).toMatchObject({ code: 0 });
    expect(created.stderr).toContain(`[127.0.0.1]:${gate.port} at first sight`);

    expect(await workspace.run(['status', 'hello', ...choice])).toMatchObject({
      code: 0,
      stderr: '',
    });
    // What sshd tells a session of where it comes from is the address of the host on the way.
    const executed = await workspace.run([
      'execute',
      'hello',
      ...choice,
      '-r',
      'uname -n',
      '--json',
    ]);
    const answers = resultOf(executed, ExecuteResultSchema).nodes;
    expect(answers.map(({ node, code }) => [node, code])).toEqual(nodes.map((node) => [node, 0]));
    expect(await workspace.run(['logs', 'hello', ...choice])).toMatchObject({ code: 0 });
    const words = ['ssh', 'hello', '1', ...choice, '--', 'exit', '7'];
    expect(await workspace.run(words)).toMatchObject({ code: 7 });
  });

  it('are known to plain ssh and scp by their names', async () => {
    const file = join(workspace.folder, 'ssh_config');
    const words = ['ssh-config', 'hello', ...choice, '--write', file, '--json'];
    const { hosts } = resultOf(await workspace.run(words), SshConfigResultSchema);
    expect(hosts.map(({ host }) => host)).toEqual([...nodes, 'hello-behind-via-1']);
    const { stdout } = await run('ssh', ['-F', file, 'hello-behind-2', 'cat', '/etc/hostname']);
    const [, second] = await livingMachines(workspace);
    expect(stdout.trim()).toBe(
      await insideMachine(workspace, nameOf(second ?? never()), 'cat /etc/hostname'),
    );
    await run('scp', ['-F', file, 'hello-behind-1:/etc/os-release', join(workspace.folder, 'got')]);
    expect(await readFile(join(workspace.folder, 'got'), 'utf8')).toContain('debian');
    expect(await workspace.run(words)).toMatchObject({ code: 0 });
    await writeFile(file, 'Host mine\n');
    expect(await workspace.run(words)).toMatchObject({ code: 2 });
    expect(await readFile(file, 'utf8')).toBe('Host mine\n');
  });

  it('are not reached once another host answers in its place (C7)', async () => {
    const lines = await readFile(stateFile('hello-behind', 'known_hosts'), 'utf8');
    const own = /^i-\S+ ssh-ed25519 (\S+)/m.exec(lines)?.[1] ?? '';
    const swapped = lines.replace(/^(\[127\.0\.0\.1\]:\d+ ssh-ed25519) \S+/m, `$1 ${own}`);
    await writeFile(stateFile('hello-behind', 'known_hosts'), swapped);
    const { code, stdout, stderr } = await workspace.run(['status', 'hello', ...choice]);
    expect(code).toBe(1);
    expect(`${stdout}${stderr}`).toContain('answers with another host key than its own');
    await writeFile(stateFile('hello-behind', 'known_hosts'), lines);
    expect(await workspace.run(['hello', ...choice, '--op', 'destroy'])).toMatchObject({ code: 0 });
  });
});

function never(): never {
  throw new Error('there is no such machine');
}
