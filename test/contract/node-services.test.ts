import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { journalTail } from '../../src/node/journal-tail.ts';
import { pauseService, resumeService } from '../../src/node/pause-service.ts';
import { serviceStates } from '../../src/node/service-states.ts';
import type { Step } from '../../src/node/step-kinds.ts';
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

describe.skipIf(!canHaveMachines)('a service on a Debian 12 machine', () => {
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
  /** What an apply of these steps would do to services. */
  const verbs = async (...steps: readonly Step[]) =>
    (await look(remote, ...steps)).answers.map(({ verb }) => verb);

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
    expect(await verbs(...withReload('a', 'reload'))).toEqual([undefined, 'start']);
    await put(remote, ...withReload('a', 'reload'));
    const running = 'systemctl show -P InvocationID -P MainPID reloader; ls /run/reloaded';
    const before = await sh(running);
    expect(await verbs(...withReload('b', 'none'))).toEqual([undefined, undefined]);
    expect(told(await put(remote, ...withReload('b', 'none')))).toEqual(['ok', 'ok']);
    expect(await verbs(...withReload('b', 'reload'))).toEqual([undefined, 'reload']);
    expect(told(await put(remote, ...withReload('b', 'reload')))).toEqual([
      'ok',
      'changed: inputs changed',
    ]);
    expect(await sh(running)).toBe(`${before}/run/reloaded\n`);
    expect(told(await look(remote, ...withReload('b', 'reload')))).toEqual(['ok', 'ok']);
    expect(await verbs(...withReload('b', 'reload'))).toEqual([undefined, undefined]);
  });

  test('knows what a service needs that is disabled, stopped, or of somebody else', async () => {
    const steps = ticker('1001', 'b');
    await sh('systemctl disable ticker');
    expect(told(await look(remote, ...steps))).toEqual([
      'would-change: disabled',
      'would-change: not enabled',
    ]);
    expect(await verbs(...steps)).toEqual([undefined, undefined]);
    await put(remote, ...steps);
    await sh('systemctl stop ticker');
    expect(await verbs(...steps)).toEqual([undefined, 'start']);
    await put(remote, ...steps);
    await sh('rm /var/lib/deployer/services/ticker.service');
    expect(await verbs(...steps)).toEqual([undefined, 'restart']);
    await put(remote, ...steps);
    expect(await verbs(...steps)).toEqual([undefined, undefined]);
  });

  test('pauses a service, which comes back when it is resumed, or else by itself', async () => {
    const steps = [
      { unit: { name: 'pausing', content: unitText('1003') } },
      { service: { name: 'pausing', inputs: 'a' } },
    ];
    await put(remote, ...steps);
    const isActive = async () => (await sh('systemctl is-active pausing')).trim();
    const options = { clock: systemClock };
    await pauseService(remote, 'pausing', 600, options);
    expect(await isActive()).toBe('inactive');
    await resumeService(remote, 'pausing', options);
    expect(await isActive()).toBe('active');
    expect(await sh('systemctl list-timers --all --no-legend "deployer-*"')).toBe('');
    expect(await verbs(...steps)).toEqual([undefined, undefined]);
    await pauseService(remote, 'pausing', 1, options);
    await expect.poll(isActive, { timeout: 10_000 }).toBe('active');
    await expect(resumeService(remote, 'nobody', options)).rejects.toMatchObject({
      code: 'not-started',
      message: expect.stringContaining('nobody.service not found'),
    });
  });

  test('pauses a service again of which an earlier pause could not be ended', async () => {
    await put(
      remote,
      { unit: { name: 'stubborn', content: unitText('1004') } },
      { service: { name: 'stubborn', inputs: 'a' } },
    );
    const options = { clock: systemClock };
    await sh('systemd-run --unit deployer-resume-stubborn false; sleep 0.5');
    expect(await sh('systemctl is-failed deployer-resume-stubborn')).toBe('failed\n');
    await pauseService(remote, 'stubborn', 600, options);
    const dropIn = '/run/systemd/system/stubborn.service.d';
    await sh(`mkdir -p ${dropIn}; printf '[Service]\\nExecStartPre=/bin/false\\n' >${dropIn}/no.conf
      systemctl daemon-reload`);
    await expect(resumeService(remote, 'stubborn', options)).rejects.toMatchObject({
      code: 'not-started',
      message: expect.stringContaining('Job for stubborn.service failed'),
    });
    const timers = 'systemctl list-timers --all --no-legend "deployer-resume-*"';
    expect(await sh(timers)).toContain('deployer-resume-stubborn.timer');
    await sh(`rm -r ${dropIn}; systemctl daemon-reload`);
    await resumeService(remote, 'stubborn', options);
    expect(await sh(timers)).toBe('');
  });

  test('loses no restart with a runner that is killed between a new file and the restart', async () => {
    const [unit, service] = wishesOf(...ticker('1002', 'c'));
    if (unit === undefined || service === undefined) throw new Error('a ticker has two steps');
    const step: Step = { command: { run: 'sleep 60', always: true } };
    const killed = { run: 'killed', wishes: [unit, { ...unit, id: 'pause', step }, service] };
    const { generation } = await look(remote);
    const kill = `cd /var/lib/deployer/runs; until grep -qs '> pause' killed/spool; do sleep 0.01; done
      read pid rest <killed/pid; kill -9 $pid`;
    const [outcome] = await Promise.allSettled([
      applyAt(remote, { ...killed, generation }),
      sh(kill),
    ]);
    expect(outcome).toMatchObject({ reason: { code: 'runner-gone' } });
    expect(await sh('systemctl show -P ExecStart ticker')).toContain('sleep 1002');
    expect(await verbs(...ticker('1002', 'c'))).toEqual([undefined, 'restart']);
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
});
