import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { appliedWishes } from '../../src/node/applied.ts';
import { fileTexts } from '../../src/node/file-texts.ts';
import { observe } from '../../src/node/observe.ts';
import { connect } from '../../src/remote/connect.ts';
import type { Remote } from '../../src/remote/remote.ts';
import { canHaveMachines } from '../support/images.ts';
import { applyAt, look, put, told, wishesOf } from '../unit/node/fixtures.ts';
import { launchMachine, type Machine } from './support/machine.ts';
import { addSamplePackage } from './support/sample-repository.ts';
import { deps } from './support/sshd.ts';

describe.skipIf(!canHaveMachines)('a Debian 12 machine', () => {
  let machine: Machine;
  let remote: Remote;

  beforeAll(async () => {
    machine = await launchMachine();
    remote = await connect(machine.target(), deps);
  });
  afterAll(async () => {
    await remote?.close();
    await machine?.remove();
  });

  const sh = async (command: string) => (await remote.exec(command)).stdout.toString();

  test('says what it is', async () => {
    const { facts, generation } = await look(remote);
    expect(facts).toMatchObject({ os: { id: 'debian', version: '12' }, systemd: true });
    expect(generation).toBe(0);
  });

  test('gets a package, and says which package there is none of', async () => {
    const wanted = { package: ['netcat-openbsd'] };
    expect(told(await look(remote, wanted))).toEqual([
      'would-change: not installed: netcat-openbsd',
    ]);
    expect(told(await put(remote, wanted))).toEqual(['changed: not installed: netcat-openbsd']);
    expect(told(await look(remote, wanted))).toEqual(['ok']);
    const [answer] = told(await put(remote, { package: ['no-such-thing'] }));
    expect(answer).toMatch(/^failed: .*Unable to locate package no-such-thing/s);
  });

  test('gets a package in the version wished for, newer or older', async () => {
    const version = 'dpkg-query -W deployer-sample';
    await sh(`${addSamplePackage('1.0')}; apt-get update`);
    const pinned = { package: ['deployer-sample=1.0'] };
    const other = { package: ['deployer-sample=1:0.9~rc1-2'] };
    expect(told(await put(remote, pinned))).toEqual([
      'changed: not installed: deployer-sample=1.0',
    ]);
    expect(await sh(version)).toBe('deployer-sample\t1.0\n');
    await sh(addSamplePackage('1:0.9~rc1-2'));
    const change = 'deployer-sample 1.0 -> 1:0.9~rc1-2';
    expect(told(await look(remote, other))).toEqual([`would-change: ${change}`]);
    expect(told(await put(remote, other))).toEqual([`changed: ${change}`]);
    expect(await sh(version)).toBe('deployer-sample\t1:0.9~rc1-2\n');
    expect(told(await look(remote, other, { package: ['deployer-sample'] }))).toEqual(['ok', 'ok']);
    expect(told(await put(remote, pinned))).toEqual([
      'changed: deployer-sample 1:0.9~rc1-2 -> 1.0',
    ]);
    expect(await sh(`${version}; apt-mark showhold`)).toBe('deployer-sample\t1.0\n');
    const [answer] = told(await put(remote, { package: ['deployer-sample=3'] }));
    expect(answer).toMatch(/^failed: .*Version '3' for 'deployer-sample' was not found/s);
  });

  test('keeps what was applied, and tells the texts of files', async () => {
    const wishes = wishesOf(
      { file: { path: "/srv/it's here", content: 'hé\n$x\n' } },
      { command: { run: 'true', always: true } },
    );
    const { generation } = await look(remote);
    await applyAt(remote, { generation, wishes, phases: ['configure'] });
    const options = { clock: systemClock };
    expect(await appliedWishes(remote, options)).toEqual(wishes.slice(0, 1));
    expect(await fileTexts(remote, ["/srv/it's here", '/srv/none'], options)).toEqual(
      new Map([["/srv/it's here", 'hé\n$x\n']]),
    );
  });

  test('gets a user that its files belong to', async () => {
    const steps = [
      { user: { name: 'keeper', system: true, home: '/var/lib/keeper', groups: ['adm'] } },
      { directory: { path: '/var/lib/keeper', owner: 'keeper', mode: '0750' } },
      { file: { path: '/var/lib/keeper/myid', content: '1\n', owner: 'keeper' } },
      { command: { run: 'id -un >who', creates: '/var/lib/keeper/who', user: 'keeper' } },
    ];
    const last = told(await put(remote, ...steps)).at(-1);
    expect(last).toMatch(/^failed: .*Permission denied/s);
    const fixed = {
      command: { run: 'id -un >~/who', creates: '/var/lib/keeper/who', user: 'keeper' },
    };
    await put(remote, ...steps.slice(0, 3), fixed);
    expect(told(await look(remote, ...steps))).toEqual(['ok', 'ok', 'ok', 'ok']);
    expect(await sh('cat /var/lib/keeper/who; stat -c %U:%G /var/lib/keeper/myid')).toBe(
      'keeper\nkeeper:keeper\n',
    );
  });

  test('takes a bundle of megabytes, and takes it as the same run when it comes again', async () => {
    const content = randomBytes(3_000_000).toString('base64');
    const wishes = wishesOf({ file: { path: '/srv/big', content } });
    const { generation } = await look(remote);
    const first = await applyAt(remote, { run: 'big', generation, wishes });
    expect(told(first)).toEqual(['changed: not there']);
    expect(await applyAt(remote, { run: 'big', generation, wishes })).toEqual(first);
    expect((await sh('stat -c %s /srv/big')).trim()).toBe(String(content.length));
  });

  test('serves a login user with sudo as it serves root', async () => {
    await put(remote, { package: ['sudo'] }, { user: { name: 'op', groups: ['sudo'] } });
    await sh(
      `mkdir -p ~op/.ssh; echo '${machine.key.public}' >~op/.ssh/authorized_keys; chown -R op ~op/.ssh`,
    );
    await sh("echo '%sudo ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/op");
    const op = await connect(machine.target({ username: 'op' }), deps);
    const wishes = wishesOf({ command: { run: 'id -u >/root/who', creates: '/root/who' } });
    const options = { clock: systemClock };
    const { generation } = await observe(op, { wishes }, options);
    expect(generation).toBeGreaterThan(0);
    expect(told(await applyAt(op, { generation, wishes }, options))[0]).toMatch(/^changed/);
    await sh('rm /etc/sudoers.d/op');
    await expect(observe(op, { wishes }, options)).rejects.toMatchObject({
      code: 'sudo-refused',
      excerpt: expect.stringContaining('password is required'),
    });
    await op.close();
  });

  test('leaves a kernel setting to its host', async () => {
    const result = await put(remote, { sysctl: { 'vm.max_map_count': 262_145 } });
    expect(told(result)[0]).toMatch(/^host-owned: vm.max_map_count is \d+, wanted 262145/);
  });
});
