import { readFileSync } from 'node:fs';
import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  DescribeKeyPairsCommand,
  DescribeSpotInstanceRequestsCommand,
  DescribeTagsCommand,
  type EC2Client,
  GetConsoleOutputCommand,
  ImportKeyPairCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { misbehaviourOf, setMisbehaviour } from '../../../src/localcloud/misbehaviour.ts';
import { misdeedForms, parseMisdeed } from '../../../src/localcloud/misdeed.ts';
import { launchOf, paperClouds } from './paper-cloud.ts';

const open = paperClouds();

async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: Error) => error.name,
  );
}

async function described(client: EC2Client, ids: string[] = []) {
  const { Reservations = [] } = await client.send(
    new DescribeInstancesCommand({ InstanceIds: ids }),
  );
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

async function launched(client: EC2Client, more: Parameters<typeof launchOf>[0] = {}) {
  const { Instances = [] } = await client.send(launchOf(more));
  return Instances.map(({ InstanceId = '' }) => InstanceId);
}

describe('parseMisdeed', () => {
  test('reads every form that the help shows', () => {
    const forms = misdeedForms.map(({ form }) => form.replace(/[[\]]/g, ''));
    const filled = forms.map((form) =>
      form
        .replace('TYPE/ZONE/MARKET', 't3.medium/local-1a/spot')
        .replace('DURATION', '2s')
        .replace('ACTION', 'RunInstances')
        .replace('CODE', 'Client.InvalidSnapshot.NotFound')
        .replace(/\bN$/, '3'),
    );
    expect(filled.map((spec) => parseMisdeed(spec).misdeed.kind)).toEqual(
      forms.map((form) => form.split(':')[0]),
    );
  });

  test.each([
    '',
    'thottle',
    'late',
    'late:3',
    'capacity:',
    'html-502:x',
    'expire',
    'constructor',
    'throttle:1',
  ])('refuses %j and says how it is written', (spec) => {
    expect(() => parseMisdeed(spec)).toThrow(
      expect.objectContaining({ code: 'unknown-misdeed', hint: expect.any(String) }),
    );
  });
});

test('the documentation shows every form that the help shows', () => {
  const text = readFileSync(new URL('../../../docs/local-cloud.md', import.meta.url), 'utf8');
  for (const { form } of misdeedForms) expect(text).toContain(`\`${form}\``);
});

describe.skipIf(process.platform !== 'linux')('setMisbehaviour', () => {
  test('holds for all who open the cloud, replaces what was, and an empty list ends it', async () => {
    const { cloud, as } = open();
    await setMisbehaviour(cloud, ['html-502:1', 'never-ssh', 'as:openstack']);
    expect(await misbehaviourOf(cloud)).toMatchObject({
      personality: 'openstack',
      misdeeds: [{ spec: 'html-502:1', left: 1 }, { spec: 'never-ssh' }],
    });
    await expect(as('AKOTHER').send(new DescribeTagsCommand({}))).rejects.toMatchObject({
      $metadata: { httpStatusCode: 502 },
    });
    await expect(setMisbehaviour(cloud, ['late:3s', 'nonsense'])).rejects.toMatchObject({
      code: 'unknown-misdeed',
    });
    expect((await misbehaviourOf(cloud)).misdeeds).toEqual([
      { spec: 'html-502:1', left: 0 },
      { spec: 'never-ssh' },
    ]);
    await setMisbehaviour(cloud, []);
    expect((await misbehaviourOf(cloud)).misdeeds).toEqual([]);
  });
});

describe.skipIf(process.platform !== 'linux')('a cloud that throttles', () => {
  test('lets a burst through, then as much as its buckets fill up', async () => {
    const { cloud, client, pass } = open();
    await setMisbehaviour(cloud, ['throttle']);
    const launches = async (count: number) => {
      const outcomes: string[] = [];
      for (let index = 0; index < count; index += 1)
        outcomes.push(await outcome(client.send(launchOf())));
      return outcomes;
    };
    expect(await launches(6)).toEqual([
      'done',
      'done',
      'done',
      'done',
      'done',
      'RequestLimitExceeded',
    ]);
    pass(1000);
    expect(await launches(3)).toEqual(['done', 'done', 'RequestLimitExceeded']);
    await expect(client.send(launchOf())).rejects.toMatchObject({
      $metadata: { httpStatusCode: 503 },
    });
  });

  test('counts machines as well as calls, each account for itself', async () => {
    const { cloud, client, as } = open();
    await setMisbehaviour(cloud, ['throttle']);
    await launched(client, { MinCount: 900, MaxCount: 900 });
    const more = launchOf({
      MinCount: 200,
      MaxCount: 200,
      Placement: { AvailabilityZone: 'local-1b' },
    });
    expect(await outcome(client.send(more))).toBe('RequestLimitExceeded');
    expect(await outcome(as('AKOTHER').send(more))).toBe('done');
  }, 30_000);
});

describe.skipIf(process.platform !== 'linux')('a cloud that has not enough', () => {
  test('refuses a pool and launches in others, and as many as fit when fewer are allowed', async () => {
    const { cloud, client } = open();
    await setMisbehaviour(cloud, ['capacity:t3.small/local-1a/spot', 'capacity:*/local-1b/*:3']);
    const spot = { InstanceMarketOptions: { MarketType: 'spot' } } as const;
    const inB = { Placement: { AvailabilityZone: 'local-1b' } };
    await expect(client.send(launchOf(spot))).rejects.toMatchObject({
      name: 'InsufficientInstanceCapacity',
      $metadata: { httpStatusCode: 500 },
    });
    expect(await outcome(client.send(launchOf()))).toBe('done');
    expect(await outcome(client.send(launchOf({ ...spot, InstanceType: 't3.large' })))).toBe(
      'done',
    );
    expect(await launched(client, { ...inB, MinCount: 1, MaxCount: 5 })).toHaveLength(3);
    expect(await outcome(client.send(launchOf(inB)))).toBe('InsufficientInstanceCapacity');
  });

  test('says which quota is exceeded and how much it is', async () => {
    const { cloud, client } = open();
    await setMisbehaviour(cloud, ['vcpus:4']);
    await launched(client);
    await expect(client.send(launchOf({ MinCount: 2, MaxCount: 2 }))).rejects.toMatchObject({
      name: 'VcpuLimitExceeded',
      message: expect.stringContaining('limit of 4'),
    });
    await setMisbehaviour(cloud, ['instances:2']);
    expect(await launched(client, { MinCount: 1, MaxCount: 4 })).toHaveLength(1);
    expect(await outcome(client.send(launchOf()))).toBe('InstanceLimitExceeded');
  });
});

describe.skipIf(process.platform !== 'linux')('a cloud that is late', () => {
  test('does not know what it has just made, but gives it again to the same token', async () => {
    const { cloud, client, pass } = open();
    await setMisbehaviour(cloud, ['late:3s']);
    const ids = await launched(client, { ClientToken: 'one' });
    expect(await launched(client, { ClientToken: 'one' })).toEqual(ids);
    await client.send(
      new ImportKeyPairCommand({ KeyName: 'k', PublicKeyMaterial: Buffer.from('ssh-rsa AAAA') }),
    );
    expect(await outcome(launched(client, { KeyName: 'k' }))).toBe('InvalidKeyPair.NotFound');
    const ask = { InstanceIds: ids };
    expect(await described(client)).toEqual([]);
    expect(await outcome(described(client, ids))).toBe('InvalidInstanceID.NotFound');
    expect(await outcome(client.send(new TerminateInstancesCommand(ask)))).toBe(
      'InvalidInstanceID.NotFound',
    );
    expect(await outcome(client.send(new DescribeKeyPairsCommand({ KeyNames: ['k'] })))).toBe(
      'InvalidKeyPair.NotFound',
    );
    pass(3000);
    expect(await described(client, ids)).toHaveLength(1);
    expect(await outcome(client.send(new DescribeKeyPairsCommand({ KeyNames: ['k'] })))).toBe(
      'done',
    );
  });

  test('does not show tags at once, those of a launch or later ones', async () => {
    const { cloud, client, pass } = open();
    await setMisbehaviour(cloud, ['late-tags:2s']);
    const Tags = [{ Key: 'a', Value: '1' }];
    const ids = await launched(client, { TagSpecifications: [{ ResourceType: 'instance', Tags }] });
    const found = async (Name: string) => {
      const ask = new DescribeInstancesCommand({ Filters: [{ Name, Values: ['1'] }] });
      return (await client.send(ask)).Reservations?.length;
    };
    expect([await found('tag:a'), (await described(client, ids))[0]?.Tags]).toEqual([0, []]);
    pass(2000);
    expect(await found('tag:a')).toBe(1);
    await client.send(new CreateTagsCommand({ Resources: ids, Tags: [{ Key: 'b', Value: '1' }] }));
    expect(await found('tag:b')).toBe(0);
    pass(2000);
    expect(await found('tag:b')).toBe(1);
  });
});

describe.skipIf(process.platform !== 'linux')('machines that go wrong', () => {
  test('die at their launch, as many as were told, and say why', async () => {
    const { cloud, client, pass } = open();
    await setMisbehaviour(cloud, ['die:Client.InvalidSnapshot.NotFound:1']);
    const ids = await launched(client, { MinCount: 2, MaxCount: 2 });
    const states = async () => (await described(client, ids)).map(({ State }) => State?.Name);
    expect(await states()).toEqual(['pending', 'pending']);
    pass(1000);
    expect(await states()).toEqual(['terminated', 'running']);
    expect((await described(client, ids))[0]?.StateReason?.Code).toBe(
      'Client.InvalidSnapshot.NotFound',
    );
  });

  test('are taken away when they are spot instances, by name or the oldest first', async () => {
    const { cloud, client, pass } = open();
    const spot = { InstanceMarketOptions: { MarketType: 'spot' } } as const;
    const ids = await launched(client, { ...spot, MinCount: 3, MaxCount: 3 });
    await launched(client);
    pass(1000);
    const { interrupted } = await setMisbehaviour(cloud, [`interrupt:${ids[2]}`, 'interrupt:1']);
    expect(interrupted).toEqual([ids[2], ids[0]]);
    pass(500);
    expect((await described(client)).map(({ State }) => State?.Name)).toEqual([
      'terminated',
      'running',
      'terminated',
      'running',
    ]);
    expect((await described(client, ids))[0]?.StateReason?.Code).toBe(
      'Server.SpotInstanceTermination',
    );
    const { SpotInstanceRequests = [] } = await client.send(
      new DescribeSpotInstanceRequestsCommand({}),
    );
    expect(SpotInstanceRequests[0]?.Status?.Code).toBe('instance-terminated-no-capacity');
  });

  test('have a console that is empty, or in plain text', async () => {
    const { cloud, client } = open();
    const [InstanceId = ''] = await launched(client);
    const output = async () =>
      (await client.send(new GetConsoleOutputCommand({ InstanceId }))).Output;
    await setMisbehaviour(cloud, ['no-console']);
    expect(await output()).toBeUndefined();
    await setMisbehaviour(cloud, ['plain-console']);
    expect(await output()).toContain('-----BEGIN SSH HOST KEY KEYS-----');
  });

  test('are launched twice where a token means nothing, and ended where protection means nothing', async () => {
    const { cloud, client, pass } = open();
    await setMisbehaviour(cloud, ['ignore-token', 'ignore-protection']);
    const [one = ''] = await launched(client, {
      ClientToken: 't',
      DisableApiTermination: true,
      DisableApiStop: true,
    });
    await launched(client, { ClientToken: 't' });
    expect(await described(client)).toHaveLength(2);
    pass(1000);
    const InstanceIds = [one];
    expect(await outcome(client.send(new StopInstancesCommand({ InstanceIds })))).toBe('done');
    expect(await outcome(client.send(new TerminateInstancesCommand({ InstanceIds })))).toBe('done');
  });
});

describe.skipIf(process.platform !== 'linux')('calls that go wrong', () => {
  test('fail for good once credentials have expired, as each cloud says it', async () => {
    const { cloud, client, as } = open();
    await setMisbehaviour(cloud, ['expire:2']);
    const tell = () => outcome(client.send(new DescribeTagsCommand({})));
    expect([await tell(), await tell(), await tell(), await tell()]).toEqual([
      'done',
      'done',
      'RequestExpired',
      'RequestExpired',
    ]);
    expect(await outcome(as('AKPAPER', 'openstack').send(new DescribeTagsCommand({})))).toBe(
      'ExpiredToken',
    );
    await setMisbehaviour(cloud, []);
    expect(await tell()).toBe('done');
  });

  test('have their effect though the answer is cut, held back or missing', async () => {
    const { cloud, client, calls } = open();
    await setMisbehaviour(cloud, ['cut-xml:1']);
    expect(await outcome(launched(client, { ClientToken: 'a' }))).not.toBe('done');
    await setMisbehaviour(cloud, ['drop-reply:RunInstances:1']);
    await expect(launched(client, { ClientToken: 'b' })).rejects.toMatchObject({
      code: 'ECONNRESET',
    });
    await setMisbehaviour(cloud, ['hold:RunInstances:2s:1']);
    const before = cloud.host.clock.now();
    await launched(client, { ClientToken: 'c' });
    expect(cloud.host.clock.now() - before).toBe(2000);
    expect(await described(client)).toHaveLength(3);
    await launched(client, { ClientToken: 'a' });
    expect(await described(client)).toHaveLength(3);
    expect(calls.filter(({ action }) => action === 'RunInstances')).toHaveLength(4);
  });
});
