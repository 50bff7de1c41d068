import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { appliedWishes } from '../../../src/node/applied.ts';
import { observe } from '../../../src/node/observe.ts';
import type { Step } from '../../../src/node/step-kinds.ts';
import type { Wish } from '../../../src/node/wish.ts';
import { applyAt, look, told } from './fixtures.ts';
import { canRunLocalNode, type LocalNode, startLocalNode } from './local-node.ts';

vi.setConfig({ testTimeout: 30_000 });

const applied = (node: LocalNode) => appliedWishes(node, { clock: systemClock });
const phase = (name: string, ...steps: readonly Step[]): Wish[] =>
  steps.map((step, index) => ({ id: `${name}.${index + 1}`, phase: name, step }));
const file = (name: string, content = 'x'): Step => ({ file: { path: `/srv/${name}`, content } });
const noFolder = file('no/such');

async function putPhases(
  node: LocalNode,
  wishes: readonly Wish[],
  phases?: readonly string[],
): ReturnType<typeof applyAt> {
  const { generation } = await look(node);
  return applyAt(node, { generation, wishes, phases });
}

describe.skipIf(!canRunLocalNode).each(['dash', 'bash'] as const)('a node with %s', (shell) => {
  test('keeps what was applied, phase by phase, as it was wished', async () => {
    await using node = await startLocalNode({ shell });
    expect(await applied(node)).toBeNull();
    const install = phase('install', { directory: { path: '/srv/d' } });
    const content = 'hé"l\'lo\\n\n$x `y`\u0001\u2028';
    const configure = phase('configure', file('b', content), {
      file: { path: '/srv/d/key', content: 'hunter2', secret: true },
    });
    const result = await putPhases(node, [...install, ...configure], ['install', 'configure']);
    expect(result.answers.map(({ id }) => id)).toEqual([
      'identity',
      'install.1',
      'configure.1',
      'configure.2',
    ]);
    expect(await applied(node)).toEqual([...install, ...configure]);
    const modes = 'cd /var/lib/deployer/applied; stat -c "%n %U %a" . install configure';
    expect(await node.sh(modes)).toBe('. root 700\ninstall root 600\nconfigure root 600\n');
  });

  test('has them in the order of the recipe, whatever was applied last', async () => {
    await using node = await startLocalNode({ shell });
    const phases = ['users', 'install', 'start'];
    await putPhases(node, phase('start', file('c')), phases);
    await putPhases(node, phase('users', file('a')), phases);
    expect((await applied(node))?.map(({ id }) => id)).toEqual(['users.1', 'start.1']);
    await putPhases(node, [], ['start', 'users']);
    expect((await applied(node))?.map(({ id }) => id)).toEqual(['start.1', 'users.1']);
  });

  test('forgets phases that the recipe no longer has, where it is told which it has', async () => {
    await using node = await startLocalNode({ shell });
    await putPhases(node, phase('old', file('a')), ['old']);
    await putPhases(node, phase('new', file('b')));
    expect((await applied(node))?.map(({ id }) => id)).toEqual(['old.1', 'new.1']);
    await putPhases(node, phase('new', file('b', 'y')), ['new']);
    expect(await applied(node)).toEqual(phase('new', file('b', 'y')));
    expect(await node.sh('ls /var/lib/deployer/applied')).toBe('new\n');
  });

  test('keeps the phases before the one that failed, and of that one what it had', async () => {
    await using node = await startLocalNode({ shell });
    const before = [...phase('install', file('a')), ...phase('configure', file('b'))];
    await putPhases(node, before);
    const result = await putPhases(node, [
      ...phase('install', file('a', 'new')),
      ...phase('configure', file('b', 'new'), noFolder),
      ...phase('start', file('c')),
    ]);
    expect(told(result).at(-1)).toMatch(/^failed/);
    expect(await applied(node)).toEqual([
      ...phase('install', file('a', 'new')),
      ...phase('configure', file('b')),
    ]);
  });

  test('does not keep a command that runs each time', async () => {
    await using node = await startLocalNode({ shell });
    const lasting: Step = { command: { run: 'touch /srv/done', creates: '/srv/done' } };
    const first: Wish = {
      id: 'start.first',
      phase: 'start',
      step: { command: { run: 'true', always: true } },
    };
    await putPhases(node, [...phase('start', lasting), first]);
    expect(await applied(node)).toEqual(phase('start', lasting));
  });

  test('does not take keeping them for a change', async () => {
    await using node = await startLocalNode({ shell });
    node.write('/srv/a', 'x');
    expect(told(await putPhases(node, phase('configure', file('a'))))).toEqual(['ok']);
    expect(await applied(node)).toEqual(phase('configure', file('a')));
    expect(await node.sh('ls /var/lib/deployer/changes')).toBe('');
  });

  test('tells in a look of which phases it has not kept what is wished now', async () => {
    await using node = await startLocalNode({ shell });
    const install = phase('install', file('a'));
    const wishes = [...install, ...phase('configure', file('b'), file('c'))];
    const unrecorded = async (wished: readonly Wish[]) =>
      (await observe(node, { wishes: wished }, { clock: systemClock })).unrecorded;
    expect(await unrecorded(wishes)).toEqual(['install', 'configure']);
    await putPhases(node, wishes);
    expect(await unrecorded(wishes)).toEqual([]);
    expect(await unrecorded([...install, ...phase('configure', file('b'))])).toEqual(['configure']);
    node.write('/var/lib/deployer/applied/install', '{');
    expect(await unrecorded(wishes)).toEqual(['install']);
    expect(told(await putPhases(node, install))).toEqual(['ok']);
    expect(await unrecorded(wishes)).toEqual([]);
  });

  test('does not take a phase for kept whose runner was killed behind its last step', async () => {
    await using node = await startLocalNode({ shell });
    const lethal: Step = {
      command: {
        run: 'touch /srv/done; kill -9 $(cut -d " " -f 1 /var/lib/deployer/runs/*/pid)',
        creates: '/srv/done',
      },
    };
    const wishes = phase('install', file('a'), lethal);
    await expect(putPhases(node, wishes)).rejects.toMatchObject({ code: 'runner-gone' });
    const looked = await observe(node, { wishes }, { clock: systemClock });
    expect(looked.answers.map(({ status }) => status)).toEqual(['ok', 'ok']);
    expect(looked.unrecorded).toEqual(['install']);
    expect(await applied(node)).toBeNull();
  });

  test('goes no further where it cannot keep them, and says so', async () => {
    await using node = await startLocalNode({ shell });
    await node.sh('mkdir -p /var/lib/deployer/applied/install');
    const wishes = [...phase('install', file('a')), ...phase('start', file('b'))];
    await expect(putPhases(node, wishes)).rejects.toMatchObject({
      code: 'not-recorded',
      excerpt: expect.stringContaining('cannot overwrite directory'),
    });
    expect(await node.sh('ls /srv')).toBe('a\n');
  });

  test.each(['{"', '[{"id":"a.1"}]', '[{"id":"a.1","phase":"a","step":{"fly":1}}]', ''])(
    'names the file when what it kept is damaged (%s)',
    async (text) => {
      await using node = await startLocalNode({ shell });
      await putPhases(node, phase('install', file('a')));
      node.write('/var/lib/deployer/applied/install', text);
      await expect(applied(node)).rejects.toMatchObject({
        code: 'applied-damaged',
        message: 'local-1: /var/lib/deployer/applied/install cannot be read',
        hint: expect.stringContaining('create'),
      });
    },
  );
});

test('the name of a phase cannot climb out of its folder', async () => {
  const node = {
    node: 'n',
    needsSudo: false,
    exec: () => Promise.reject(new Error('never called')),
  };
  for (const name of ['../x', '.order', 'a b', '']) {
    const wishes: Wish[] = [{ id: 'a', phase: name, step: file('a') }];
    await expect(applyAt(node, { generation: 0, wishes })).rejects.toThrow(RangeError);
    const order = { generation: 0, wishes: [], phases: [name] };
    await expect(applyAt(node, order)).rejects.toThrow(RangeError);
  }
});
