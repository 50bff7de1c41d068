import { describe, expect, test, vi } from 'vitest';
import { look, put, told } from './fixtures.ts';
import { canRunLocalNode, startLocalNode } from './local-node.ts';

vi.setConfig({ testTimeout: 30_000 });

describe.skipIf(!canRunLocalNode).each(['dash', 'bash'] as const)('steps under %s', (shell) => {
  test('a file step says what differs, and mends just that', async () => {
    await using node = await startLocalNode({ shell });
    const file = { file: { path: '/srv/a b', content: 'x\n', mode: '0600' } };
    node.write('/srv/a b', 'y\n');
    await node.sh('chown games:adm "/srv/a b"');
    const differs = 'content differs; owner games:adm -> root:root; mode 0644 -> 0600';
    expect(told(await look(node, file))).toEqual([`would-change: ${differs}`]);
    expect(told(await put(node, file))).toEqual([`changed: ${differs}`]);
    expect(await node.sh('cd /srv; stat -c "%U:%G %a %n" -- * .[!.]*; cat "a b"')).toBe(
      'root:root 600 a b\nx\n',
    );
  });

  test('a file replaces a link instead of writing through it, and never a folder', async () => {
    await using node = await startLocalNode({ shell });
    await node.sh('mkdir /srv/d; echo keep >/srv/target; ln -s target /srv/link');
    const link = { file: { path: '/srv/link', content: 'x' } };
    expect(told(await put(node, link))).toEqual(['changed: a symbolic link']);
    expect(await node.sh('cat /srv/target; stat -c %F /srv/link')).toBe('keep\nregular file\n');
    const [answer] = told(await put(node, { file: { path: '/srv/d', content: 'x' } }));
    expect(answer).toMatch(/^failed: .*cannot overwrite directory/s);
  });

  test('a missing parent folder is named and not made', async () => {
    await using node = await startLocalNode({ shell });
    for (const step of [
      { file: { path: '/srv/no/such', content: '' } },
      { directory: { path: '/srv/no/such' } },
    ]) {
      expect(told(await look(node, step))).toEqual(['would-change: not there']);
      expect(told(await put(node, step))).toEqual([
        'failed: the folder /srv/no does not exist: add a directory step for it',
      ]);
    }
    expect(await node.sh('ls -A /srv')).toBe('');
  });

  test('an owner that does not exist fails the step and leaves the file as it was', async () => {
    await using node = await startLocalNode({ shell });
    node.write('/srv/a', 'old');
    const step = { file: { path: '/srv/a', content: 'new', owner: 'nosuchuser' } };
    expect(told(await put(node, step))[0]).toMatch(/^failed: .*invalid (user|group).*nosuchuser/s);
    expect(node.read('/srv/a')).toBe('old');
  });

  test('the content of a file is in no answer', async () => {
    await using node = await startLocalNode({ shell });
    node.write('/srv/a', 'old');
    const step = { file: { path: '/srv/a', content: 'hunter2', secret: true } };
    expect(JSON.stringify([await look(node, step), await put(node, step)])).not.toMatch(/hunter2/);
  });

  test('a user gets what it lacks', async () => {
    await using node = await startLocalNode({ shell });
    const system = { user: { name: 'keeper', system: true, home: '/srv/keeper' } };
    expect(told(await look(node, system))).toEqual(['would-change: not there']);
    expect(told(await put(node, system))).toEqual(['changed: not there']);
    expect(await node.sh('getent passwd keeper | cut -d: -f6,7; id -gn keeper; ls /srv')).toBe(
      '/srv/keeper:/usr/sbin/nologin\nkeeper\n',
    );
    const more = { user: { name: 'keeper', shell: '/bin/sh', groups: ['adm', 'games'] } };
    const differs = 'shell /usr/sbin/nologin -> /bin/sh; not in group adm; not in group games';
    expect(told(await look(node, more))).toEqual([`would-change: ${differs}`]);
    await put(node, more);
    expect(told(await look(node, more, system))).toEqual(['ok', 'ok']);
    expect(told(await put(node, { user: { name: 'keeper', groups: ['nosuch'] } }))[0]).toMatch(
      /^failed: .*nosuch/s,
    );
  });

  test('a command runs until its effect is there', async () => {
    await using node = await startLocalNode({ shell });
    const unless = { command: { run: 'echo yes >/srv/flag', unless: 'grep -q yes /srv/flag' } };
    expect(told(await look(node, unless))).toEqual(['would-change: not done yet']);
    expect(told(await put(node, unless))).toEqual(['changed: not done yet']);
    expect(told(await look(node, unless))).toEqual(['ok']);
    const idle = { command: { run: 'echo nothing', creates: '/srv/never' } };
    expect(told(await put(node, idle))).toEqual([
      'failed: the command ended well, but /srv/never is not there\nnothing',
    ]);
    const slow = { command: { run: 'echo begun; sleep 20', creates: '/srv/x', timeout: '1s' } };
    expect(told(await put(node, slow))).toEqual(['failed: not done after 1 s\nbegun']);
  });

  test('a command gets its text as it is written, and makes files that others can read', async () => {
    await using node = await startLocalNode({ shell });
    const text = 'it\'s "$HOME"\n`\\n` é';
    const run = `cat >/srv/said <<'END'\n${text}\nEND\nread line || echo no input >>/srv/said`;
    await put(node, { command: { run, creates: '/srv/said' } });
    expect(node.read('/srv/said')).toBe(`${text}\nno input\n`);
    expect(await node.sh('stat -c %a /srv/said')).toBe('644\n');
  });

  test('a kernel setting that does not exist fails', async () => {
    await using node = await startLocalNode({ shell });
    const step = { sysctl: { 'vm.no_such_thing': 1 } };
    expect(told(await look(node, step))).toEqual([
      'would-change: vm.no_such_thing does not exist here',
    ]);
    expect(told(await put(node, step))).toEqual(['failed: vm.no_such_thing does not exist here']);
  });

  test('a kernel setting is kept over a reboot, and several words are compared as words', async () => {
    await using node = await startLocalNode({ shell });
    const ports = (await node.sh('cat /proc/sys/net/ipv4/ip_local_port_range')).trim();
    const step = { sysctl: { 'net.ipv4.ip_local_port_range': ports.replace(/\s+/, ' ') } };
    expect(told(await look(node, step))).toEqual([
      'would-change: net.ipv4.ip_local_port_range would not last',
    ]);
    await put(node, step);
    expect(told(await look(node, step))).toEqual(['ok']);
    expect(node.read('/etc/sysctl.d/60-deployer-net.ipv4.ip_local_port_range.conf')).toBe(
      `net.ipv4.ip_local_port_range = ${ports.replace(/\s+/, ' ')}\n`,
    );
    await node.sh('mount --bind -o ro /proc/sys /proc/sys; mount -o remount,ro,bind /proc/sys');
    const other = { sysctl: { 'net.ipv4.ip_local_port_range': '1 2' } };
    expect(told(await put(node, other))[0]).toMatch(/^host-owned: .* is \d+ \d+, wanted 1 2/);
  });
});
