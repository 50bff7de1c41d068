import {
  DescribeInstanceStatusCommand,
  DescribeInstancesCommand,
  DescribeInstanceTypesCommand,
  DescribeVolumesCommand,
  type EC2Client,
  GetConsoleOutputCommand,
  ImportKeyPairCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import type { PersonalityName } from '../../../src/localcloud/personality.ts';
import { launchOf, paperClouds } from './paper-cloud.ts';

const open = paperClouds();
const names: PersonalityName[] = ['aws', 'eucalyptus', 'openstack'];
const tagged = launchOf({
  TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: 'a', Value: '1' }] }],
});
const ed25519 = `ssh-ed25519 ${Buffer.alloc(51, 1).toString('base64')} me`;

/** `done`, or the code of the error. */
async function outcome(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'done',
    (error: Error) => error.name,
  );
}

async function described(client: EC2Client) {
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}));
  return Reservations.flatMap(({ Instances = [] }) => Instances);
}

describe.skipIf(process.platform !== 'linux')(
  'the clouds that the local cloud behaves like',
  () => {
    const inEach = async (ask: (client: EC2Client, name: PersonalityName) => Promise<unknown>) =>
      Object.fromEntries(
        await Promise.all(names.map(async (name) => [name, await ask(open(name).client, name)])),
      );

    test('tag at the launch, or ignore that, or fail because of it', async () => {
      const tags = await inEach(async (client) => {
        const told = await outcome(client.send(tagged));
        return [told, (await described(client)).map(({ Tags = [] }) => Tags.length)];
      });
      expect(tags).toEqual({
        aws: ['done', [1]],
        eucalyptus: ['done', [0]],
        openstack: ['TypeError', []],
      });
    });

    test('know a dry run, or do it in earnest, or fail because of it', async () => {
      const runs = await inEach(async (client) => {
        const told = await outcome(client.send(launchOf({ DryRun: true })));
        return [told, (await described(client)).length];
      });
      expect(runs).toEqual({
        aws: ['DryRunOperation', 0],
        eucalyptus: ['done', 1],
        openstack: ['TypeError', 0],
      });
    });

    test('differ in keys, status checks and who the caller is', async () => {
      const answers = await inEach(async (client, name) => {
        const PublicKeyMaterial = Buffer.from(ed25519);
        const identity = 'Action=GetCallerIdentity&Version=2011-06-15';
        return [
          await outcome(client.send(new ImportKeyPairCommand({ KeyName: 'k', PublicKeyMaterial }))),
          await outcome(client.send(new DescribeInstanceStatusCommand({}))),
          (await open(name).cloud.call(identity)).status,
        ];
      });
      expect(answers).toEqual({
        aws: ['done', 'done', 200],
        eucalyptus: ['InvalidKey.Format', 'done', 400],
        openstack: ['done', 'InvalidRequest', 400],
      });
    });

    test('describe instance types as AWS does, in words that its clients do not see, or not at all', async () => {
      const types = await inEach(async (client) => {
        const { InstanceTypes } = await client
          .send(new DescribeInstanceTypesCommand({ InstanceTypes: ['t3.small'] }))
          .catch(({ name }) => ({ InstanceTypes: [{ InstanceType: name }] }));
        return InstanceTypes?.map(({ InstanceType }) => InstanceType);
      });
      expect(types).toEqual({
        aws: ['t3.small'],
        eucalyptus: undefined,
        openstack: ['InvalidRequest'],
      });
      const { body } = await open('eucalyptus').cloud.call(
        'Action=DescribeInstanceTypes&InstanceType.1=t3.small',
      );
      expect(body).toContain('<instanceTypeDetails><item><name>t3.small</name><cpu>2</cpu>');
    });

    test('compare the request behind a token that comes again, or only the token', async () => {
      const again = await inEach(async (client) => {
        const ClientToken = 'same';
        await client.send(launchOf({ ClientToken }));
        const told = await outcome(
          client.send(launchOf({ ClientToken, InstanceType: 't3.large' })),
        );
        return [told, (await described(client)).length];
      });
      expect(again).toEqual({
        aws: ['IdempotentParameterMismatch', 1],
        eucalyptus: ['IdempotentParameterMismatch', 1],
        openstack: ['done', 1],
      });
    });

    test('have ids of their own length, by which everything can be named again', async () => {
      for (const name of names) {
        const { client } = open(name);
        const { Instances = [] } = await client.send(launchOf());
        const { InstanceId = '', SecurityGroups, SubnetId } = Instances[0] ?? {};
        expect(InstanceId).toMatch(name === 'aws' ? /^i-[0-9a-f]{17}$/ : /^i-[0-9a-f]{8}$/);
        const Filters = [
          { Name: 'instance-id', Values: [InstanceId] },
          { Name: 'instance.group-id', Values: [SecurityGroups?.[0]?.GroupId ?? ''] },
          { Name: 'subnet-id', Values: [SubnetId ?? ''] },
        ];
        const { Reservations } = await client.send(new DescribeInstancesCommand({ Filters }));
        expect(Reservations).toHaveLength(1);
        const { Volumes } = await client.send(
          new DescribeVolumesCommand({
            Filters: [{ Name: 'attachment.instance-id', Values: [InstanceId] }],
          }),
        );
        expect(Volumes).toHaveLength(1);
        const { Output = '' } = await client.send(new GetConsoleOutputCommand({ InstanceId }));
        expect(Buffer.from(Output, 'base64').toString()).toContain('BEGIN SSH HOST KEY KEYS');
        await client.send(new TerminateInstancesCommand({ InstanceIds: [InstanceId] }));
      }
    });

    test('tell errors in EC2’s envelope or in the one before it', async () => {
      const action = 'Action=DescribeVolumes&VolumeId.1=x';
      const bodies = await Promise.all(
        names.map(async (name) => (await open(name).cloud.call(action)).body),
      );
      expect(bodies.map((body) => /<(\w+)[^>]*><Error/.exec(body)?.[1])).toEqual([
        'Response',
        'ErrorResponse',
        'Response',
      ]);
    });

    test('are chosen by the record for those who do not choose', async () => {
      const { cloud, client, as } = open();
      await cloud.host.store.update((record) => {
        record.personality = 'openstack';
      });
      expect(await outcome(client.send(tagged))).toBe('TypeError');
      expect(await outcome(as('AKPAPER', 'aws').send(tagged))).toBe('done');
    });
  },
);
