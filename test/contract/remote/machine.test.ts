import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConnectionLost, DeployerError } from '../../../src/errors.ts';
import { runProbe } from '../../../src/probes/run-probe.ts';
import { connect } from '../../../src/remote/connect.ts';
import type { HostKey } from '../../../src/remote/host-key.ts';
import type { Remote } from '../../../src/remote/remote.ts';
import { canHaveMachines } from '../../support/images.ts';
import { launchMachine, type Machine } from '../support/machine.ts';
import { deps } from '../support/sshd.ts';

describe.skipIf(!canHaveMachines)('a connection to a real machine', () => {
  let machine: Machine;
  let remote: Remote;
  const shown: HostKey[] = [];

  beforeAll(async () => {
    machine = await launchMachine();
    const verifyHostKey = async (key: HostKey) => {
      shown.push(key);
    };
    remote = await connect(machine.target({ verifyHostKey }), deps);
  });
  afterAll(async () => {
    await remote?.close();
    await machine?.remove();
  });
  const started = 'systemctl show -P UserspaceTimestampMonotonic';
  const say = async (command: string) => (await remote.exec(command)).stdout.toString().trim();

  it('is made while the machine boots, with the key that its console shows', async () => {
    expect(await say('id -un; . /etc/os-release; echo $ID')).toBe('root\ndebian');
    expect(await machine.console()).toContain(shown[0]?.fingerprint);
  });

  it('carries any exit code and any signal', async () => {
    expect(await remote.exec('exit 42')).toMatchObject({ code: 42 });
    expect(await remote.exec('kill -TERM $$')).toMatchObject({ code: null, signal: 'SIGTERM' });
  });

  it('carries 5 MB up and down unchanged, beside twenty other commands', async () => {
    const stdin = randomBytes(5_000_000);
    const numbers = Array.from({ length: 20 }, (_, index) => index);
    const [echo, ...answers] = await Promise.all([
      remote.exec('cat', { stdin }),
      ...numbers.map((number) => remote.exec(`sleep 0.1; exit ${number}`)),
    ]);
    const hash = (bytes: Buffer | undefined) =>
      createHash('sha256')
        .update(bytes ?? '')
        .digest('hex');
    expect(hash(echo?.stdout)).toBe(hash(stdin));
    expect(answers.map(({ code }) => code)).toEqual(numbers);
  });

  it('reaches ports that only the node itself can reach', async () => {
    const channel = await remote.openTcp(22);
    const [banner] = await once(channel, 'data');
    channel.destroy();
    expect(String(banner)).toMatch(/^SSH-2\.0-OpenSSH/);
    await expect(remote.openTcp(1)).rejects.toMatchObject({ code: 'connection-refused' });
    const probe = { tcp: { port: 22, send: 'hello\r\n' } };
    const answer = await runProbe(probe, remote, { timeoutMs: 5_000, clock: deps.clock });
    expect(answer).toMatchObject({ ok: true, text: expect.stringContaining('OpenSSH') });
  });

  it('survives a restart of sshd', async () => {
    expect(await say('systemctl restart ssh && echo restarted')).toBe('restarted');
    expect(await say('echo here')).toBe('here');
  });

  it('is lost with the session, and made anew by the next call', async () => {
    const killed = remote.exec('kill -9 $PPID; sleep 5');
    await expect(killed).rejects.toBeInstanceOf(ConnectionLost);
    expect(await say('echo here')).toBe('here');
  });

  it('is made anew after a reboot, to the same host key', async () => {
    const before = await say(started);
    const seen = shown.length;
    const running = expect(remote.exec('sleep 30')).rejects;
    const ended = running.toMatchObject({ code: 'connection-lost', mayHaveRun: true });
    await machine.reboot();
    await ended;
    // A machine that shuts down may take a connection and drop it again.
    await expect.poll(() => say(started).catch(() => before), { timeout: 15_000 }).not.toBe(before);
    expect(shown.length).toBeGreaterThan(seen);
    expect(new Set(shown.map(({ fingerprint }) => fingerprint)).size).toBe(1);
  });

  it('is refused to a machine with another key than expected', async () => {
    const refusal = new DeployerError('wrong-host-key', 'not the one that was launched');
    const verifyHostKey = async () => {
      throw refusal;
    };
    await expect(connect(machine.target({ verifyHostKey }), deps)).rejects.toBe(refusal);
  });
});
