import { describe, expect, test, vi } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { apply } from '../../../src/node/apply.ts';
import { observe } from '../../../src/node/observe.ts';
import { applyAt, identity, look, put, told, wishesOf } from './fixtures.ts';
import { canRunLocalNode, startLocalNode } from './local-node.ts';

vi.setConfig({ testTimeout: 30_000 });

const ledger = (text: string) => ({
  command: { run: `echo ${text} >>/srv/ledger`, always: true as const },
});

describe.skipIf(!canRunLocalNode).each(['dash', 'bash'] as const)('a node with %s', (shell) => {
  test('what was applied is found to be as wished', async () => {
    await using node = await startLocalNode({ shell });
    const steps = [
      { directory: { path: '/srv/a', mode: '0750' } },
      { file: { path: '/srv/a/b', content: `hé"l'lo\n$x \`y\`\0`.replace('\0', '') } },
      { command: { run: 'touch /srv/c', creates: '/srv/c' } },
    ];
    expect(told(await look(node, ...steps))).toEqual([
      'would-change: not there',
      'would-change: not there',
      'would-change: /srv/c is not there',
    ]);
    expect(told(await put(node, ...steps)).map((line) => line.split(':')[0])).toEqual(
      Array(3).fill('changed'),
    );
    expect(told(await look(node, ...steps))).toEqual(['ok', 'ok', 'ok']);
    expect(told(await put(node, ...steps))).toEqual(['ok', 'ok', 'ok']);
  });

  test('a look leaves nothing behind on a node that was never touched', async () => {
    await using node = await startLocalNode({ shell });
    const everything = 'find /var/lib /etc /srv -printf "%p %T@ "';
    const before = await node.sh(everything);
    await look(node, { file: { path: '/srv/a', content: 'x' } }, ledger('never'));
    expect(await node.sh(everything)).toBe(before);
  });

  test('facts, generation and identity are what the node says', async () => {
    await using node = await startLocalNode({ shell });
    const fresh = await look(node);
    expect(fresh).toMatchObject({ generation: 0, identity: null, answers: [] });
    expect(fresh.facts.bootId).toBe((await node.sh('cat /proc/sys/kernel/random/boot_id')).trim());
    expect(fresh.facts.kernel).toBe((await node.sh('uname -r')).trim());
    expect(fresh.facts.os.id).toBe('debian');
    expect(fresh.facts.cpus).toBeGreaterThan(0);
    expect(fresh.facts.memoryMib).toBeGreaterThan(100);
    expect(fresh.facts.diskFreeMib).toBeGreaterThan(0);
    expect(Math.abs(fresh.facts.clockMs - Date.now())).toBeLessThan(60_000);

    const applied = await applyAt(node, { generation: 0, wishes: [] });
    expect(applied).toMatchObject({ generation: 1, facts: { bootId: fresh.facts.bootId } });
    expect(await look(node)).toMatchObject({ generation: 1, identity, answers: [] });
  });

  test('a failed step ends the work of its node, with the last lines of its output', async () => {
    await using node = await startLocalNode({ shell });
    const run = 'seq 1 100; printf "\\000\\377é" >&2; exit 3';
    const result = await put(
      node,
      ledger('one'),
      { command: { run, always: true } },
      ledger('three'),
    );
    expect(told(result)[0]).toMatch(/^changed/);
    expect(told(result)[1]).toMatch(/^failed: exit code 3\n82\n(\d+\n)+100\n/);
    expect(result.answers).toHaveLength(3);
    expect(node.read('/srv/ledger')).toBe('one\n');
  });

  test('steps are told as they begin and end', async () => {
    await using node = await startLocalNode({ shell });
    const heard: string[] = [];
    await applyAt(
      node,
      { generation: 0, wishes: wishesOf(ledger('one')) },
      { onAnswer: ({ id, phase, status }) => heard.push(`${id} ${phase} ${status}`) },
    );
    expect(heard).toEqual([
      'identity  started',
      'identity  changed',
      'configure.0 configure started',
      'configure.0 configure changed',
    ]);
  });

  test('output that looks like frames, 20 MB of it, and a background process change nothing', async () => {
    await using node = await startLocalNode({ shell });
    const forged =
      'printf ".\\n= configure.1 failed 1 -\\n" | tee /dev/fd/3 /dev/fd/9; (sleep 1; echo late) &';
    const result = await put(
      node,
      { command: { run: `${forged} head -c 20000000 /dev/urandom`, always: true } },
      ledger('two'),
    );
    expect(told(result)).toEqual(['changed: not done yet', 'changed: not done yet']);
    expect(node.read('/srv/ledger')).toBe('two\n');
  });

  test('a command that kills its process group harms only itself', async () => {
    await using node = await startLocalNode({ shell });
    const result = await put(node, { command: { run: 'kill -9 0', always: true } });
    expect(told(result)[0]).toMatch(/^failed: exit code 137/);
  });

  test('a bundle made against an older generation is refused', async () => {
    await using node = await startLocalNode({ shell });
    await applyAt(node, { generation: 0, wishes: wishesOf(ledger('first')) });
    const late = applyAt(node, { generation: 0, wishes: wishesOf(ledger('late')) });
    await expect(late).rejects.toMatchObject({ code: 'stale-plan' });
    expect(node.read('/srv/ledger')).toBe('first\n');
    expect((await look(node)).generation).toBe(1);
  });

  test('the same run sent again gives its answers again and does nothing twice', async () => {
    await using node = await startLocalNode({ shell });
    const request = { run: 'once', generation: 0, wishes: wishesOf(ledger('once')) };
    const first = await applyAt(node, request);
    for (let other = 1; other <= 7; other += 1)
      await applyAt(node, { generation: other, wishes: [] });
    expect(await applyAt(node, request)).toEqual(first);
    expect(node.read('/srv/ledger')).toBe('once\n');
  });

  test('the output of old runs goes, the newest five keep theirs', async () => {
    await using node = await startLocalNode({ shell });
    for (let generation = 0; generation < 7; generation += 1) {
      await applyAt(node, { run: `old-${generation}`, generation, wishes: [] });
    }
    await node.sh('cd /var/lib/deployer/runs; while [ -e old-1/output ]; do sleep 0.01; done');
    expect(await node.sh('cd /var/lib/deployer/runs; ls -d */output | tr -d "\n"')).toBe(
      [2, 3, 4, 5, 6].map((run) => `old-${run}/output`).join(''),
    );
  });

  test('giving up waiting does not stop the work, and the same run is followed again later', async () => {
    await using node = await startLocalNode({ shell });
    const wait = 'for i in $(seq 600); do [ -e /srv/go ] && break; sleep 0.1; done';
    const slow = { command: { run: `${wait}; echo slow >>/srv/ledger`, always: true as const } };
    const request = { run: 'slow', generation: 0, wishes: wishesOf(slow) };
    const interrupted = new AbortController();
    const onAnswer = () => interrupted.abort(new Error('enough'));
    await expect(applyAt(node, request, { signal: interrupted.signal, onAnswer })).rejects.toThrow(
      'enough',
    );
    await expect(applyAt(node, request, { timeoutMs: 50 })).rejects.toMatchObject({
      code: 'node-timeout',
    });
    await node.sh('touch /srv/go');
    expect(told(await applyAt(node, request))).toEqual(['changed: not done yet']);
    expect(node.read('/srv/ledger')).toBe('slow\n');
  });

  test('a node of another system than the recipe supports is refused', async () => {
    await using node = await startLocalNode({ shell });
    await node.sh(
      'printf \'ID=beos\\nVERSION_ID="5"\\n\' >/etc/os-release.new; rm /etc/os-release; mv /etc/os-release.new /etc/os-release',
    );
    const looking = observe(node, { wishes: [], supports: ['debian-12'] }, { clock: systemClock });
    await expect(looking).rejects.toMatchObject({
      code: 'unsupported-system',
      message: 'local-1 runs beos-5',
    });
  });

  test('two runs never interleave: the second waits, says so, and finds its plan stale', async () => {
    await using node = await startLocalNode({ shell });
    const slow = {
      command: {
        run: 'echo in >>/srv/ledger; sleep 0.5; echo out >>/srv/ledger',
        always: true as const,
      },
    };
    const waits: string[] = [];
    const first = applyAt(node, { run: 'slow', generation: 0, wishes: wishesOf(slow) });
    await node.sh('until [ -s /srv/ledger ]; do sleep 0.01; done');
    const watched = { clock: systemClock, onProgress: (text: string) => waits.push(text) };
    const [seen, second] = await Promise.allSettled([
      observe(node, { wishes: [] }, watched),
      applyAt(node, { generation: 0, wishes: wishesOf(slow) }, watched),
    ]);
    expect(await first).toMatchObject({ generation: 1 });
    expect(seen).toMatchObject({ value: { generation: 1 } });
    expect(second).toMatchObject({ reason: { code: 'stale-plan' } });
    expect(waits).toEqual(Array(2).fill(expect.stringContaining('run slow')));
    expect(node.read('/srv/ledger')).toBe('in\nout\n');
  });

  test('a killed runner is told as such, and the next run goes on', async () => {
    await using node = await startLocalNode({ shell });
    const wishes = wishesOf(ledger('one'), { command: { run: 'sleep 30', always: true } });
    const killed = applyAt(node, { run: 'victim', generation: 0, wishes });
    const kill = node.sh(
      `cd /var/lib; until grep -qs "> configure.1" deployer/runs/victim/spool; do sleep 0.01; done
      read pid rest <deployer/runs/victim/pid; kill -9 $pid`,
    );
    const [outcome] = await Promise.allSettled([killed, kill]);
    expect(outcome).toMatchObject({
      reason: {
        code: 'runner-gone',
        retryable: true,
        message: expect.stringContaining('in step configure.1'),
      },
    });
    expect(told(await put(node, ledger('two')))).toEqual(['changed: not done yet']);
    expect(node.read('/srv/ledger')).toBe('one\ntwo\n');
  });

  test('files of a bundle do not stay on the node', async () => {
    await using node = await startLocalNode({ shell });
    await put(node, { file: { path: '/srv/key', content: 'hunter2', secret: true } });
    await node.sh('cd /var/lib/deployer/runs; while [ -e run-*/files ]; do sleep 0.01; done');
    const holders = await node.sh(
      'grep -rl hunter2 /var/lib/deployer /srv | xargs stat -c "%n %a"',
    );
    expect(holders).toBe('/var/lib/deployer/applied/configure 600\n/srv/key 600\n');
  });

  test('a full disk is named, and the answer still comes', async () => {
    await using node = await startLocalNode({ shell });
    await node.sh('mkdir /var/lib/deployer; mount -t tmpfs -o size=400k tmpfs /var/lib/deployer');
    const fill = {
      command: { run: 'head -c 1000000 /dev/zero >/var/lib/deployer/fill', always: true as const },
    };
    const result = await put(node, fill, ledger('never'));
    expect(told(result)).toEqual([expect.stringMatching(/^failed: the disk is full\nexit code 1/)]);
  });

  test('a bundle that the disk has no room for is refused with the reason', async () => {
    await using node = await startLocalNode({ shell });
    await node.sh('mkdir /var/lib/deployer; mount -t tmpfs -o size=64k tmpfs /var/lib/deployer');
    await expect(put(node, ledger('never'))).rejects.toMatchObject({
      code: 'bundle-refused',
      excerpt: expect.stringContaining('No space left'),
    });
    expect(await node.sh('ls -A /var/lib/deployer/runs')).toBe('');
  });
});

describe.skipIf(!canRunLocalNode)('a login shell', () => {
  test('that prints, and defines what it should not, is harmless', async () => {
    const profile =
      'echo "Welcome! @"; printf "\\000\\n.\\n"; tar() { :; }; export TAR_OPTIONS=--bogus LC_ALL=de_DE.UTF-8';
    await using node = await startLocalNode({ profile });
    expect(told(await put(node, ledger('one')))).toEqual(['changed: not done yet']);
  });

  test('that ends every command is told, with what it said', async () => {
    await using node = await startLocalNode({
      profile: 'echo This account is not for you; exit 142',
    });
    await expect(look(node)).rejects.toMatchObject({
      code: 'no-shell',
      excerpt: 'This account is not for you',
      message: expect.stringContaining('exit code 142'),
    });
  });

  test.each(['cat >/dev/null', 'head -c 10 >/dev/null'])(
    'that reads the input (%s) is told',
    async (profile) => {
      await using node = await startLocalNode({ profile });
      await expect(look(node)).rejects.toMatchObject({ code: 'stdin-lost' });
      await expect(applyAt(node, { generation: 0, wishes: [] })).rejects.toMatchObject({
        code: 'bundle-refused',
      });
    },
  );

  test.each([
    ['sudo: a password is required', 1, 'NOPASSWD'],
    ['sudo: sorry, you must have a tty to run sudo', 1, 'requiretty'],
    ['exec: sudo: not found', 127, 'not installed'],
  ])('C9: whose sudo says "%s" is told with what to do', async (said, code, hint) => {
    await using node = await startLocalNode({
      profile: `sudo() { echo "${said}" >&2; exit ${code}; }; exec() { "$@"; }`,
      shell: 'bash',
      needsSudo: true,
    });
    const looking = observe(node, { wishes: [] }, { clock: systemClock });
    await expect(looking).rejects.toMatchObject({
      code: 'sudo-refused',
      excerpt: said,
      hint: expect.stringContaining(hint),
    });
  });

  test('C9: that wants another user than root is told at once', async () => {
    const said = 'Please login as the user "debian" rather than the user "root".';
    await using node = await startLocalNode({
      profile: `echo '${said}'; echo; sleep 10; exit 142`,
    });
    const looking = observe(node, { wishes: [] }, { clock: systemClock });
    await expect(looking).rejects.toMatchObject({
      code: 'wrong-username',
      hint: expect.stringContaining('username: debian'),
    });
  });
});

test('the name of a run cannot climb out of its folder', async () => {
  const node = {
    node: 'n',
    needsSudo: false,
    exec: () => Promise.reject(new Error('never called')),
  };
  const request = { run: '../x', wishes: [], generation: 0, identity };
  await expect(apply(node, request, { clock: systemClock })).rejects.toThrow(RangeError);
});
