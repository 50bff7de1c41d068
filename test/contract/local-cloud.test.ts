import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import {
  DescribeInstancesCommand,
  GetConsoleOutputCommand,
  ImportKeyPairCommand,
  RebootInstancesCommand,
  RunInstancesCommand,
  type RunInstancesCommandInput,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { generateHostKey } from '../../src/localcloud/host-key.ts';
import { setMisbehaviour } from '../../src/localcloud/misbehaviour.ts';
import { overviewOf } from '../../src/localcloud/overview.ts';
import { canHaveMachines } from '../support/images.ts';
import {
  compileLauncher,
  eventually,
  hasGreeting,
  livingInstances,
  processesWith,
  sshExec,
  tracesOf,
  waitForSsh,
  waitForState,
} from './support/local-cloud.ts';
import { generateKey } from './support/sshd.ts';
import { clientOf, openTestCloud, type TestCloud } from './support/test-cloud.ts';

describe.skipIf(!canHaveMachines)('the local cloud with real machines', () => {
  let test_: TestCloud;
  let launcher: Awaited<ReturnType<typeof compileLauncher>>;
  const key = generateKey();

  beforeAll(async () => {
    test_ = await openTestCloud();
    launcher = await compileLauncher();
    const PublicKeyMaterial = Buffer.from(key.public);
    await test_.client.send(new ImportKeyPairCommand({ KeyName: 'test', PublicKeyMaterial }));
  });

  afterAll(async () => {
    await test_?.[Symbol.asyncDispose]();
    await launcher?.remove();
  });

  const launch = async (token: string, more: Partial<RunInstancesCommandInput> = {}) => {
    const { Instances = [] } = await test_.client.send(
      new RunInstancesCommand({
        ImageId: test_.imageId,
        InstanceType: 't3.small',
        MinCount: 1,
        MaxCount: 1,
        KeyName: 'test',
        ClientToken: token,
        ...more,
      }),
    );
    return Instances.map(({ InstanceId = '', PrivateIpAddress = '' }) => ({
      id: InstanceId,
      address: PrivateIpAddress,
    }));
  };

  const terminateAll = async () => {
    const ids = (await livingInstances(test_.client)).map(({ InstanceId = '' }) => InstanceId);
    if (ids.length > 0)
      await test_.client.send(new TerminateInstancesCommand({ InstanceIds: ids }));
  };

  // What a failed test has left shall not fail the next one.
  afterEach(terminateAll);

  const consoleOf = async (id: string) => {
    const { Output = '' } = await test_.client.send(
      new GetConsoleOutputCommand({ InstanceId: id }),
    );
    return Buffer.from(Output, 'base64').toString();
  };

  const hostKeyOf = async (id: string) => {
    const block = /BEGIN SSH HOST KEY KEYS-----\r?\n(ssh-ed25519 \S+)/;
    await eventually(async () => block.test(await consoleOf(id)), 'the host key on the console');
    return block.exec(await consoleOf(id))?.[1] ?? '';
  };

  test('machines that one call launched let the key in, know the console’s host key and reach each other', async () => {
    const machines = await launch('two', { MinCount: 2, MaxCount: 2 });
    expect(machines).toHaveLength(2);
    expect(await launch('two', { MinCount: 2, MaxCount: 2 })).toEqual(machines);
    await expect(launch('two')).rejects.toMatchObject({ name: 'IdempotentParameterMismatch' });
    const [first, second] = machines;
    if (first === undefined || second === undefined) throw new Error('a machine is missing');
    await Promise.all(machines.map(({ address }) => waitForSsh(address)));
    const command =
      'hostname; systemctl is-system-running --wait; cat /sys/class/net/eth0/operstate';
    expect(await sshExec(first.address, key.private, await hostKeyOf(first.id), command)).toBe(
      `ip-${first.address.replaceAll('.', '-')}\nrunning\nup`,
    );
    const greet = `timeout 5 sh -c 'exec bash -c "read -r line </dev/tcp/${first.address}/22; echo \\$line"'`;
    expect(await sshExec(second.address, key.private, await hostKeyOf(second.id), greet)).toMatch(
      /^SSH-2\.0/,
    );
    const { machines: shown } = await overviewOf(test_.cloud);
    expect(shown.map(({ state, isOwn }) => ({ state, isOwn }))).toEqual([
      { state: 'running', isOwn: true },
      { state: 'running', isOwn: true },
    ]);
    await terminateAll();
    expect(await tracesOf(test_.cloud)).toEqual([]);
  });

  test('a machine keeps its disk, key and address when it is stopped, started and rebooted', async () => {
    const [machine] = await launch('life');
    if (machine === undefined) throw new Error('no machine');
    const ids = { InstanceIds: [machine.id] };
    const hostKey = await hostKeyOf(machine.id);
    await waitForSsh(machine.address);
    const bootId = () =>
      sshExec(
        machine.address,
        key.private,
        hostKey,
        "cut -d ' ' -f 22 /proc/1/stat; cat /root/mark",
      );
    await sshExec(machine.address, key.private, hostKey, 'echo mark >/root/mark');
    await test_.client.send(new StopInstancesCommand(ids));
    await waitForState(test_.client, [machine.id], 'stopped');
    await test_.client.send(new StartInstancesCommand(ids));
    await waitForState(test_.client, [machine.id], 'running');
    await waitForSsh(machine.address);
    const started = await bootId();
    expect(started).toMatch(/\nmark$/);
    await test_.client.send(new RebootInstancesCommand(ids));
    await eventually(async () => (await bootId().catch(() => started)) !== started, 'the reboot');
    expect(await bootId()).toMatch(/\nmark$/);
    // The connection may end before its answer.
    await sshExec(machine.address, key.private, hostKey, 'poweroff').catch(() => {});
    await waitForState(test_.client, [machine.id], 'stopped');
    await terminateAll();
  });

  test('a machine whose supervisor and whose nspawn were killed is stopped, says why, and starts again', async () => {
    const [machine] = await launch('killed');
    if (machine === undefined) throw new Error('no machine');
    await waitForSsh(machine.address);
    const pidFile = join(test_.cloud.host.directory, 'machines', machine.id, 'pid');
    const supervisor = Number(await readFile(pidFile, 'utf8'));
    const [nspawn] = await processesWith('systemd-nspawn ', machine.id);
    if (nspawn === undefined) throw new Error('no nspawn');
    process.kill(supervisor, 'SIGKILL');
    process.kill(nspawn.pid, 'SIGKILL');
    await test_.client.send(new StopInstancesCommand({ InstanceIds: [machine.id] }));
    await waitForState(test_.client, [machine.id], 'stopped');
    await test_.client.send(new StartInstancesCommand({ InstanceIds: [machine.id] }));
    await waitForSsh(machine.address);
    await terminateAll();
    expect(await tracesOf(test_.cloud)).toEqual([]);
  });

  test('a machine has the host key of its user data, on the console and on its port', async () => {
    const own = generateHostKey('root@given');
    const config = {
      ssh_deletekeys: true,
      ssh_keys: { ed25519_private: own.privateKey, ed25519_public: own.publicKey },
    };
    const UserData = Buffer.from(`#cloud-config\n${JSON.stringify(config)}`).toString('base64');
    const [machine] = await launch('host-key', { UserData });
    if (machine === undefined) throw new Error('no machine');
    const given = own.publicKey.split(' ').slice(0, 2).join(' ');
    expect(await hostKeyOf(machine.id)).toBe(given);
    await waitForSsh(machine.address);
    expect(await sshExec(machine.address, key.private, given, 'echo in')).toBe('in');
  });

  test('a machine that was told never to start sshd runs, and nobody answers', async () => {
    await setMisbehaviour(test_.cloud, ['never-ssh']);
    const [machine] = await launch('silent');
    await setMisbehaviour(test_.cloud, []);
    if (machine === undefined) throw new Error('no machine');
    await waitForState(test_.client, [machine.id], 'running');
    await eventually(
      async () => /Reached target.*multi-user/i.test(await consoleOf(machine.id)),
      'the boot',
    );
    expect(await hasGreeting(machine.address, 500)).toBe(false);
    await terminateAll();
  });

  test('an account sees and touches only its own machines', async () => {
    const [machine] = await launch('mine');
    expect(machine?.id).toMatch(/^i-[0-9a-f]{17}$/);
    const other = clientOf(test_.as('AKOTHER'));
    expect(await livingInstances(other)).toEqual([]);
    const ids = { InstanceIds: [machine?.id ?? ''] };
    await expect(other.send(new TerminateInstancesCommand(ids))).rejects.toMatchObject({
      name: 'InvalidInstanceID.NotFound',
    });
    await terminateAll();
  });

  const form = (token: string, count: number) =>
    new URLSearchParams({
      Action: 'RunInstances',
      Version: '2016-11-15',
      ImageId: test_.imageId,
      InstanceType: 't3.small',
      MinCount: String(count),
      MaxCount: String(count),
      ClientToken: token,
    }).toString();

  test('five processes that launch at once get machines of their own, or the same by the same token', async () => {
    const tokens = ['race-a', 'race-a', 'race-b', 'race-c', 'race-d'];
    const answers = await Promise.all(
      tokens.map(async (token) => {
        const child = launcher.launch(test_.cloud, form(token, 1));
        if (child.stdout === null) throw new Error('no output');
        return text(child.stdout);
      }),
    );
    const ids = answers.map((answer) => /<instanceId>(.*?)</.exec(answer)?.[1]);
    expect(ids[0]).toBe(ids[1]);
    expect(new Set(ids).size).toBe(4);
    const living = await livingInstances(test_.client);
    expect(living).toHaveLength(4);
    expect(new Set(living.map(({ PrivateIpAddress }) => PrivateIpAddress)).size).toBe(4);
    await waitForState(
      test_.client,
      living.map(({ InstanceId = '' }) => InstanceId),
      'running',
    );
    await terminateAll();
  });

  test('a launch killed at any moment and repeated by the same token makes no machine twice and leaves none over', async () => {
    for (const delayMs of [120, 180, 240, 300, 380, 480]) {
      const token = `killed-after-${delayMs}`;
      const child = launcher.launch(test_.cloud, form(token, 2));
      const ended = once(child, 'exit');
      await systemClock.sleep(delayMs);
      child.kill('SIGKILL');
      await ended;
      const machines = await launch(token, { MinCount: 2, MaxCount: 2, KeyName: undefined });
      const living = await livingInstances(test_.client);
      expect(living.map(({ InstanceId }) => InstanceId)).toEqual(machines.map(({ id }) => id));
      await waitForState(
        test_.client,
        machines.map(({ id }) => id),
        'running',
      );
      await terminateAll();
      await eventually(async () => (await tracesOf(test_.cloud)).length === 0, 'every trace to go');
    }
  });

  test('a killed launch that nobody repeats is finished, and found by its token, by whoever describes next', async () => {
    const child = launcher.launch(test_.cloud, form('adopted', 1));
    const recorded = async () =>
      (await test_.cloud.host.store.read()).instances.some(({ token }) => token === 'adopted');
    while (!(await recorded())) await systemClock.sleep(2);
    child.kill('SIGKILL');
    const filters = { Filters: [{ Name: 'client-token', Values: ['adopted'] }] };
    const { Reservations = [] } = await test_.client.send(new DescribeInstancesCommand(filters));
    const [machine] = Reservations.flatMap(({ Instances = [] }) => Instances);
    await waitForSsh(machine?.PrivateIpAddress ?? '');
    await terminateAll();
    await eventually(async () => (await tracesOf(test_.cloud)).length === 0, 'every trace to go');
  });
});
