import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { Step } from '../../../src/node/step-kinds.ts';
import { applyAt, look, put, told, wishesOf } from './fixtures.ts';
import { canRunLocalNode, type LocalNode, startLocalNode } from './local-node.ts';

vi.setConfig({ testTimeout: 30_000 });

// Services that read /srv/config when they start, and keep what they read in /srv/running-UNIT.
const systemctl = `#!/bin/sh
verb=$1
while [ $# -gt 1 ]; do
  shift
  case $1 in -*) continue ;; esac
  read -r invocation 2>/dev/null </srv/invocation-$1 || invocation=
  case $verb in
    show)
      [ -z "$invocation" ] && active=inactive || active=active
      printf 'Names=%s\\nType=notify\\nUnitFileState=enabled\\nActiveState=%s\\nInvocationID=%s\\n\\n' \\
        "$1" "$active" "$invocation" ;;
    reload) echo "$1" >>"/srv/reloaded-$1" ;;
    restart) cp /srv/config "/srv/running-$1"; echo $((invocation + 1)) >"/srv/invocation-$1" ;;
  esac
done`;

const service = (inputs: string, name = 'keeper') => ({ service: { name, inputs } });
const wished = (content: string): Step[] => [
  { file: { path: '/srv/config', content } },
  service(content),
];
const inDoubt = 'restarted by someone else, perhaps with other inputs';

describe.skipIf(!canRunLocalNode).each(['dash', 'bash'] as const)('a service under %s', (shell) => {
  let node: LocalNode;
  beforeEach(async () => {
    const started = await startLocalNode({ shell });
    node = started;
    node.replace('/usr/bin/systemctl', systemctl);
    await put(node, ...wished('A'));
    return () => started[Symbol.asyncDispose]();
  });

  /** What a reboot does to services, and what systemd does after a crash: it starts them with what lies there. */
  const reboot = (name = 'keeper') => node.sh(`systemctl restart ${name}.service`);
  const running = (name = 'keeper') => node.read(`/srv/running-${name}.service`);
  const starts = (name = 'keeper') => Number(node.read(`/srv/invocation-${name}.service`));

  /** Applies the first of the steps, and kills the runner before the others. */
  async function killedAfter([first, ...others]: readonly Step[]): Promise<void> {
    const pause: Step = { command: { run: 'sleep 30', always: true } };
    const wishes = wishesOf(...(first === undefined ? [] : [first]), pause, ...others);
    const { generation } = await look(node);
    const run = `killed-${generation}`;
    const kill = `cd /var/lib/deployer/runs; until grep -qs "> configure.1" ${run}/spool; do sleep 0.01; done
      read pid rest <${run}/pid; kill -9 $pid`;
    const [outcome] = await Promise.allSettled([
      applyAt(node, { run, generation, wishes }),
      node.sh(kill),
    ]);
    expect(outcome).toMatchObject({ reason: { code: 'runner-gone' } });
  }

  test('that a reboot started again is as wished, and left alone', async () => {
    await reboot();
    expect(told(await look(node, ...wished('A')))).toEqual(['ok', 'ok']);
    expect(told(await put(node, ...wished('A')))).toEqual(['ok', 'ok']);
    expect(starts()).toBe(2);
    expect(node.read('/var/lib/deployer/services/keeper.service')).toMatch(/^A 2 /);
    await reboot();
    expect(told(await look(node, ...wished('A')))).toEqual(['ok', 'ok']);
  });

  const reloading = (inputs: string, reloads: string): Step => ({
    service: { name: 'keeper', inputs, reloads },
  });
  const reloads = () => node.sh('cat /srv/reloaded-keeper.service 2>/dev/null | wc -l');

  test('is reloaded for what it takes in by a reload, restarted for what it reads at its start, and for both restarted', async () => {
    await put(node, reloading('A', 'x'));
    expect([starts(), (await reloads()).trim()]).toEqual([1, '1']);
    const verbOf = async (step: Step) => (await look(node, step)).answers[0]?.verb;
    expect(await verbOf(reloading('A', 'y'))).toBe('reload');
    expect(told(await put(node, reloading('A', 'y')))).toEqual([
      'changed: what it reloads changed',
    ]);
    expect([starts(), (await reloads()).trim()]).toEqual([1, '2']);
    expect(told(await put(node, reloading('A', 'y')))).toEqual(['ok']);
    expect(await verbOf(reloading('B', 'z'))).toBe('restart');
    await put(node, reloading('B', 'z'));
    expect([starts(), (await reloads()).trim()]).toEqual([2, '2']);
    expect(told(await look(node, reloading('B', 'z')))).toEqual(['ok']);
  });

  test('that takes in nothing by a reload any more is reloaded once, and that a reboot started again is left alone', async () => {
    await put(node, reloading('A', 'x'));
    await reboot();
    expect(told(await put(node, reloading('A', 'x')))).toEqual(['ok']);
    expect(told(await look(node, service('A')))).toEqual(['would-change: what it reloads changed']);
    await put(node, service('A'));
    expect(told(await look(node, service('A')))).toEqual(['ok']);
  });

  test('that came up with a change which was then taken back is restarted', async () => {
    await killedAfter(wished('B'));
    await reboot();
    expect(running()).toBe('B');
    const answers = ['content differs', inDoubt];
    expect(told(await look(node, ...wished('A')))).toEqual(
      answers.map((d) => `would-change: ${d}`),
    );
    expect(told(await put(node, ...wished('A')))).toEqual(answers.map((d) => `changed: ${d}`));
    expect(running()).toBe('A');
    expect(told(await look(node, ...wished('A')))).toEqual(['ok', 'ok']);
  });

  test('is restarted also when taking the change back was interrupted', async () => {
    await killedAfter(wished('B'));
    await reboot();
    await killedAfter(wished('A'));
    expect(told(await look(node, ...wished('A')))).toEqual(['ok', `would-change: ${inDoubt}`]);
    await put(node, ...wished('A'));
    expect(running()).toBe('A');
  });

  test('is restarted when the change came in a bundle of its own that ended well', async () => {
    await put(node, ...wished('B').slice(0, 1));
    await reboot();
    await put(node, ...wished('A').slice(0, 1));
    expect(told(await put(node, ...wished('A')))).toEqual(['ok', `changed: ${inDoubt}`]);
    expect(running()).toBe('A');
  });

  test('that somebody restarted with an edited file is restarted when the file is put back', async () => {
    node.write('/srv/config', 'edited');
    await reboot();
    expect(told(await look(node, ...wished('A')))[1]).toBe(`would-change: ${inDoubt}`);
    await put(node, ...wished('A'));
    expect(running()).toBe('A');
  });

  test('that never saw the change which was taken back goes on, also over a later reboot', async () => {
    await killedAfter(wished('B'));
    expect(told(await put(node, ...wished('A')))).toEqual(['changed: content differs', 'ok']);
    expect(starts()).toBe(1);
    await reboot();
    expect(told(await look(node, ...wished('A')))).toEqual(['ok', 'ok']);
  });

  test('gets a restart that was lost with its runner', async () => {
    await killedAfter(wished('B'));
    expect(told(await put(node, ...wished('B')))).toEqual(['ok', 'changed: inputs changed']);
    expect(running()).toBe('B');
  });

  test('is restarted once after a reboot when a step in front of it had failed', async () => {
    const broken = { file: { path: '/srv/no/such', content: '' } };
    await put(node, broken, ...wished('A'));
    await reboot();
    expect(told(await put(node, ...wished('A')))).toEqual(['ok', `changed: ${inDoubt}`]);
    await reboot();
    expect(told(await look(node, ...wished('A')))).toEqual(['ok', 'ok']);
  });

  test('is not restarted for a bundle that was refused', async () => {
    const stale = applyAt(node, { generation: 0, wishes: wishesOf(...wished('B')) });
    await expect(stale).rejects.toMatchObject({ code: 'stale-plan' });
    await reboot();
    expect(told(await look(node, ...wished('A')))).toEqual(['ok', 'ok']);
  });

  test('is not restarted because another service was started, or the cluster has grown', async () => {
    const two = [...wished('A').slice(0, 1), service('A', 'other'), service('A')];
    await put(node, ...two);
    await node.sh('rm /srv/invocation-other.service; echo >>/var/lib/deployer/node.json');
    await reboot();
    expect(told(await put(node, ...two))).toEqual(['ok', 'changed: not running (inactive)', 'ok']);
    expect(starts()).toBe(2);
  });

  test('and its neighbour each stay in doubt until their own step', async () => {
    await put(node, ...wished('A'), service('A', 'other'));
    await killedAfter(wished('B'));
    await reboot();
    await reboot('other');
    expect(told(await put(node, ...wished('A')))[1]).toBe(`changed: ${inDoubt}`);
    expect(told(await put(node, ...wished('A'), service('A', 'other')))).toEqual([
      'ok',
      'ok',
      `changed: ${inDoubt}`,
    ]);
    expect([running(), running('other')]).toEqual(['A', 'A']);
  });

  test('that wants no restart stays in doubt until it may have one', async () => {
    const calm = [
      ...wished('A').slice(0, 1),
      { service: { name: 'keeper', inputs: 'A', onChange: 'none' as const } },
    ];
    await killedAfter(wished('B'));
    await reboot();
    expect(told(await put(node, ...calm))).toEqual(['changed: content differs', 'ok']);
    expect(told(await look(node, ...wished('A')))).toEqual(['ok', `would-change: ${inDoubt}`]);
  });

  test('is told beforehand what an apply would do to it', async () => {
    const verbs = async (...steps: readonly Step[]) =>
      (await look(node, ...steps)).answers.map(({ verb }) => verb);
    const onChange = (inputs: string, what: 'reload' | 'none'): Step => ({
      service: { name: 'keeper', inputs, onChange: what },
    });
    expect(await verbs(...wished('A'))).toEqual([undefined, undefined]);
    expect(await verbs(...wished('B'))).toEqual([undefined, 'restart']);
    expect(await verbs(onChange('B', 'reload'), service('A', 'other'))).toEqual([
      'reload',
      'start',
    ]);
    expect(await verbs(onChange('B', 'none'))).toEqual([undefined]);
    const { answers } = await put(node, onChange('B', 'reload'));
    expect(answers.at(-1)).toMatchObject({ status: 'changed' });
    expect(answers.map(({ verb }) => verb)).toEqual([undefined, undefined]);
    expect(await verbs(onChange('B', 'reload'))).toEqual([undefined]);
    await node.sh('rm /var/lib/deployer/services/keeper.service');
    expect(await verbs(onChange('B', 'reload'))).toEqual(['restart']);
    await node.sh('rm /srv/invocation-keeper.service');
    expect(await verbs(onChange('B', 'none'))).toEqual(['start']);
  });

  test('that is only not enabled would be left to run', async () => {
    const disabled = systemctl.replace('UnitFileState=enabled', 'UnitFileState=disabled');
    node.replace('/usr/bin/systemctl', disabled);
    expect((await look(node, service('A'))).answers).toMatchObject([
      { status: 'would-change', detail: 'not enabled' },
    ]);
    expect((await look(node, service('A'))).answers[0]).not.toHaveProperty('verb');
  });

  test('a look writes nothing, whatever it finds', async () => {
    await killedAfter(wished('B'));
    await reboot();
    const everything = 'find /var/lib /etc /srv -printf "%p %T@ "';
    const before = await node.sh(everything);
    await look(node, ...wished('A'));
    await look(node, ...wished('B'));
    expect(await node.sh(everything)).toBe(before);
  });

  test('that a reboot started again is in doubt only after a change of what it reads', async () => {
    const [config = service('A')] = wished('A');
    const reader: Step = { service: { name: 'keeper', inputs: 'A', phases: ['configure'] } };
    const file: Step = { file: { path: '/srv/other', content: 'x' } };
    const { generation } = await look(node);
    const wishes = [{ id: 'other.1', phase: 'other', step: file }];
    await applyAt(node, { run: 'other-1', generation, wishes });
    await reboot();
    expect(told(await look(node, config, reader))).toEqual(['ok', 'ok']);
    expect(told(await look(node, config, service('A')))).toEqual([
      'ok',
      `would-change: ${inDoubt}`,
    ]);
    node.write('/srv/config', 'B');
    expect(told(await look(node, config, reader))[1]).toBe(`would-change: ${inDoubt}`);
  });

  test('a change that cannot be noted down is not made', async () => {
    const note = '/var/lib/deployer/changes/configure';
    await node.sh(`rm ${note}; mkdir ${note}`);
    expect(told(await put(node, ...wished('B')))[0]).toMatch(`failed: could not write ${note}`);
    expect(node.read('/srv/config')).toBe('A');
  });
});
