import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openBastions } from '../../../src/remote/bastions.ts';
import { connect } from '../../../src/remote/connect.ts';
import type { Remote } from '../../../src/remote/remote.ts';
import { canHaveMachines } from '../../support/images.ts';
import { look, put, told } from '../../unit/node/fixtures.ts';
import { launchMachine, type Machine } from '../support/machine.ts';
import { deps, eventually, startSshd } from '../support/sshd.ts';

const run = promisify(execFile);

describe.skipIf(!canHaveMachines)('C3: an sshd that drops early connections', () => {
  it('lets sixty in that start at once', async () => {
    await using sshd = await startSshd(['MaxStartups 3:50:5']);
    const logIn = async () => {
      const remote = await connect(sshd.target({ timeoutMs: 50_000 }), deps);
      const { code } = await remote.exec('exit 3');
      await remote.close();
      return code;
    };
    expect(await Promise.all(Array.from({ length: 60 }, logIn))).toEqual(Array(60).fill(3));
  });

  it('has eight of sixty knock at a time', async () => {
    await using sshd = await startSshd([], { started: false });
    let open = 0;
    const silent = createServer(() => {
      open += 1;
    });
    silent.listen(sshd.port, '127.0.0.1');
    await once(silent, 'listening');
    const stop = new AbortController();
    const contacts = Array.from({ length: 60 }, () =>
      connect(sshd.target(), { ...deps, signal: stop.signal }),
    );
    const ended = Promise.allSettled(contacts);
    try {
      await eventually(() => open === 8);
      await sleep(300);
    } finally {
      stop.abort(new Error('enough'));
      await ended;
      silent.close();
    }
    expect(open).toBe(8);
  });

  it('lets all nodes through one bastion that is as strict', async () => {
    await using gate = await startSshd(['MaxStartups 1:50:2']);
    await using sshd = await startSshd(['MaxStartups 3:50:5']);
    const bastions = openBastions(deps);
    const via = bastions.through([gate.target()]);
    const target = sshd.target({ via, timeoutMs: 50_000 });
    const remotes = await Promise.all(Array.from({ length: 30 }, () => connect(target, deps)));
    await Promise.all(remotes.map((remote) => remote.close()));
    await bastions.close();
    expect(remotes).toHaveLength(30);
  });
});

describe.skipIf(!canHaveMachines)('C4: an sshd with few sessions', () => {
  it('runs thirty commands, two at a time', async () => {
    await using sshd = await startSshd(['MaxSessions 2']);
    const remote = await connect(sshd.target(), deps);
    const codes = Array.from({ length: 30 }, (_, index) => index);
    const answers = await Promise.all(codes.map((code) => remote.exec(`sleep 0.02; exit ${code}`)));
    await remote.close();
    expect(answers.map(({ code }) => code)).toEqual(codes);
  });
});

describe.skipIf(!canHaveMachines)('C15: an address of IPv6', () => {
  it('is dialled, with and without a bastion', async () => {
    await using sshd = await startSshd([], { addresses: ['127.0.0.1', '::1'] });
    const target = sshd.target({ address: '::1' });
    const direct = await connect(target, deps);
    const bastions = openBastions(deps);
    const via = bastions.through([{ ...sshd.target(), address: '::1' }]);
    const through = await connect({ ...target, via }, deps);
    expect(await through.exec('exit 6')).toMatchObject({ code: 6 });
    for (const each of [direct, through]) await each.close();
    await bastions.close();
  });

  it('may be one of a private network', async () => {
    const address = `fd77:de:91::${((process.pid % 50_000) + 0x1000).toString(16)}`;
    const given = [`${address}/128`, 'dev', 'lo'];
    await run('ip', ['-6', 'addr', 'add', ...given, 'nodad']);
    try {
      await using sshd = await startSshd([], { addresses: ['127.0.0.1', address] });
      const remote = await connect(sshd.target({ address }), deps);
      const { stdout } = await remote.exec('echo $SSH_CONNECTION');
      await remote.close();
      expect(stdout.toString().split(' ')[2]).toBe(address);
    } finally {
      await run('ip', ['-6', 'addr', 'del', ...given]);
    }
  });

  it('is named so that it can be told from its port', async () => {
    await using sshd = await startSshd([], { started: false });
    const target = sshd.target({ address: '::1', timeoutMs: 1_000 });
    await expect(connect(target, deps)).rejects.toMatchObject({
      message: expect.stringContaining(`(::1): port ${sshd.port} refused`),
    });
  });

  it('of a name that has both is left for the other one when it does not answer', async () => {
    await using sshd = await startSshd();
    const remote = await connect(sshd.target({ address: 'localhost' }), deps);
    await remote.close();
  });
});

describe.skipIf(!canHaveMachines)('a machine', () => {
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
  const sh = async (command: string) => (await remote.exec(command)).stdout.toString().trim();

  it.each(['fish', 'tcsh', 'zsh'])(
    'is worked on by a user whose shell is %s (C13)',
    async (shell) => {
      await sh(`apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install ${shell}`);
      await sh(`useradd --create-home --password '*' --shell /usr/bin/${shell} u-${shell}
      echo 'u-${shell} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/u-${shell}
      mkdir ~u-${shell}/.ssh; cp /root/.ssh/authorized_keys ~u-${shell}/.ssh; chown -R u-${shell} ~u-${shell}`);
      const own = await connect(machine.target({ username: `u-${shell}` }), deps);
      const step = { file: { path: `/srv/${shell}`, content: 'made\n' } };
      expect(await own.exec('echo $0 >&2; exit 4')).toMatchObject({ code: 4 });
      expect(told(await put(own, step))).toEqual(['changed: not there']);
      expect(told(await look(own, step))).toEqual(['ok']);
      await own.close();
    },
  );
});
