import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { journalTail } from '../../src/node/journal-tail.ts';
import { observe } from '../../src/node/observe.ts';
import { serviceStates } from '../../src/node/service-states.ts';
import { connect } from '../../src/remote/connect.ts';
import type { Remote } from '../../src/remote/remote.ts';
import { canHaveMachines } from '../support/images.ts';
import { applyAt, look, put, told, wishesOf } from '../unit/node/fixtures.ts';
import { launchMachine, type Machine } from './support/machine.ts';
import { deps } from './support/sshd.ts';

const unitText = (argument: string) =>
  `[Service]\nExecStart=/bin/sleep ${argument}\n[Install]\nWantedBy=multi-user.target\n`;
const ticker = (argument: string, inputs: string) => [
  { unit: { name: 'ticker', content: unitText(argument) } },
  { service: { name: 'ticker', inputs } },
];

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

  test('gets a unit and a service, and finds nothing to do afterwards', async () => {
    const steps = ticker('1000', 'a');
    expect(told(await look(remote, ...steps))).toEqual([
      'would-change: not there',
      'would-change: not running (inactive)',
    ]);
    expect(told(await put(remote, ...steps))).toEqual([
      'changed: not there',
      'changed: not running (inactive)',
    ]);
    expect(told(await look(remote, ...steps))).toEqual(['ok', 'ok']);
    expect((await sh('systemctl is-active ticker; systemctl is-enabled ticker')).trim()).toBe(
      'active\nenabled',
    );
    const [state] = await serviceStates(remote, ['ticker'], { clock: systemClock });
    const invocation = (await sh('systemctl show -P InvocationID ticker')).trim();
    expect(state).toEqual({ name: 'ticker', active: 'active', invocation, inputs: 'a' });
    expect(await journalTail(remote, 'ticker', 5, { clock: systemClock })).toContain(
      'Started ticker.service',
    );
  });

  test('restarts a service for new inputs, and only then', async () => {
    const before = await sh('systemctl show -P MainPID ticker');
    expect(told(await put(remote, ...ticker('1001', 'b')))).toEqual([
      'changed: content differs',
      'changed: inputs changed',
    ]);
    const after = await sh('systemctl show -P MainPID ticker');
    expect(after).not.toBe(before);
    expect(told(await put(remote, ...ticker('1001', 'b')))).toEqual(['ok', 'ok']);
    expect(await sh('systemctl show -P MainPID ticker')).toBe(after);
    expect(await sh(`tr '\\0' ' ' </proc/${after.trim()}/cmdline`)).toBe('/bin/sleep 1001 ');
  });

  test('reloads a service that asks for it, and leaves one alone that wants nothing', async () => {
    const withReload = (inputs: string, onChange: 'reload' | 'none') => [
      {
        unit: {
          name: 'reloader',
          content:
            '[Service]\nExecStart=/bin/sleep 1000\nExecReload=/usr/bin/touch /run/reloaded\n',
        },
      },
      { service: { name: 'reloader', inputs, onChange } },
    ];
    await put(remote, ...withReload('a', 'reload'));
    const pid = await sh('systemctl show -P MainPID reloader; ls /run/reloaded');
    expect(told(await put(remote, ...withReload('b', 'none')))).toEqual(['ok', 'ok']);
    expect(told(await put(remote, ...withReload('b', 'reload')))).toEqual([
      'ok',
      'changed: inputs changed',
    ]);
    expect(await sh('systemctl show -P MainPID reloader; ls /run/reloaded')).toBe(
      `${pid}/run/reloaded\n`,
    );
    expect(told(await look(remote, ...withReload('b', 'reload')))).toEqual(['ok', 'ok']);
  });

  test('loses no restart between a new file and the restart', async () => {
    const [unit] = ticker('1002', 'c');
    if (unit !== undefined) await put(remote, unit);
    expect(told(await look(remote, ...ticker('1002', 'c')))).toEqual([
      'ok',
      'would-change: inputs changed',
    ]);
    await sh('systemctl restart ticker');
    expect(told(await look(remote, ...ticker('1001', 'b'))).at(-1)).toBe(
      'would-change: restarted by someone else, perhaps with other inputs',
    );
    expect(told(await put(remote, ...ticker('1002', 'c'))).at(-1)).toBe(
      'changed: restarted by someone else, perhaps with other inputs',
    );
  });

  test('reads a unit again that was changed behind systemd’s back', async () => {
    await sh('echo >>/etc/systemd/system/ticker.service');
    await sh(
      'systemctl daemon-reload; sleep 0.01; sed -i "$ d" /etc/systemd/system/ticker.service',
    );
    const [unit] = ticker('1002', 'c');
    if (unit === undefined) return;
    expect(told(await look(remote, unit))).toEqual(['would-change: systemd has not read it yet']);
    expect(told(await put(remote, unit))).toEqual(['changed: systemd has not read it yet']);
    expect(told(await look(remote, unit))).toEqual(['ok']);
  });

  test.each([
    ['/bin/false', /did not stay up.*status=1\/FAILURE/s],
    ['/bin/sh -c "echo the port is taken; exit 4"', /the port is taken/],
    ['/bin/sh -c "sleep 0.1; echo late; exit 5"', /late/],
    ['/does/not/exist', /203\/EXEC/],
  ])('tells why %s does not run', async (command, reason) => {
    const content = `[Service]\nExecStart=${command}\n`;
    const result = await put(
      remote,
      { unit: { name: 'broken', content } },
      { service: { name: 'broken', inputs: 'x' } },
    );
    expect(told(result).at(-1)).toMatch(/^failed: /);
    expect(told(result).at(-1)).toMatch(reason);
    const [state] = await serviceStates(remote, ['broken'], { clock: systemClock });
    expect(state?.inputs).toBeNull();
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
    const options = { clock: systemClock, sudo: true };
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

  test('tells that it rebooted in the middle, and goes on afterwards', async () => {
    const wishes = wishesOf({ command: { run: 'sleep 60', always: true } });
    const { generation } = await look(remote);
    const onAnswer = ({ id }: { id: string }) => {
      if (id === 'configure.0') void machine.reboot();
    };
    await expect(applyAt(remote, { generation, wishes }, { onAnswer })).rejects.toMatchObject({
      code: 'runner-gone',
      message: expect.stringContaining('in step configure.0'),
    });
    expect(told(await put(remote, ...ticker('1002', 'c')))).toEqual([
      'ok',
      'changed: restarted by someone else, perhaps with other inputs',
    ]);
  });

  test('finds nothing to do after a reboot or a crash, and takes note of the new start', async () => {
    const content = unitText('1003').replace('[Install]', 'Restart=always\n[Install]');
    const steps = [
      { unit: { name: 'ticker', content } },
      { service: { name: 'ticker', inputs: 'd' } },
    ];
    const invocation = async () => (await sh('systemctl show -P InvocationID ticker')).trim();
    await put(remote, ...steps);
    const first = await invocation();
    const { facts } = await look(remote);
    await machine.reboot();
    const bootId = async () => (await look(remote)).facts.bootId;
    await expect.poll(bootId, { timeout: 60_000 }).not.toBe(facts.bootId);
    await sh('until systemctl is-active ticker; do sleep 0.05; done');
    expect(told(await look(remote, ...steps))).toEqual(['ok', 'ok']);
    expect(told(await put(remote, ...steps))).toEqual(['ok', 'ok']);
    const second = await invocation();
    expect(second).not.toBe(first);
    expect(await sh('cat /var/lib/deployer/services/ticker.service')).toContain(`d ${second} `);
    await sh('systemctl kill --signal=KILL ticker');
    await expect.poll(invocation, { timeout: 10_000 }).not.toBe(second);
    await sh('until systemctl is-active ticker; do sleep 0.05; done');
    expect(told(await look(remote, ...steps))).toEqual(['ok', 'ok']);
  });

  test('leaves a kernel setting to its host', async () => {
    const result = await put(remote, { sysctl: { 'vm.max_map_count': 262_145 } });
    expect(told(result)[0]).toMatch(/^host-owned: vm.max_map_count is \d+, wanted 262145/);
  });
});
