import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { type LocalCloud, openCloud } from '../../src/localcloud/cloud.ts';
import { openSecrets } from '../../src/localcloud/credentials.ts';
import { imageIdOf } from '../../src/localcloud/names.ts';
import { type ServedCloud, serveCloud } from '../../src/localcloud/serve.ts';
import { canHaveMachines } from '../support/images.ts';
import { type AwsPrograms, awsPrograms } from './support/aws-programs.ts';
import { eventually } from './support/local-cloud.ts';
import { openTestCloud, type TestCloud } from './support/test-cloud.ts';

const run = promisify(execFile);
const image = imageIdOf('debian-12');
let programs: AwsPrograms;

interface Served extends ServedCloud {
  /** What the AWS CLI prints, as the JSON that it is; its words are the command after `aws`. */
  aws(words: string): Promise<unknown>;
  /** What a Python program with an `ec2` client prints, as the JSON that it is. */
  boto(program: string): Promise<unknown>;
}

async function serve(cloud: LocalCloud): Promise<Served> {
  const secretOf = await openSecrets(cloud.host.directory);
  const { personality } = cloud;
  const served = await serveCloud({
    ...{ port: 0, cloudFor: () => cloud, secretOf, personality, now: Date.now },
  });
  const { endpoint } = served;
  const env = {
    PATH: process.env['PATH'],
    HOME: tmpdir(),
    AWS_ENDPOINT_URL_EC2: endpoint,
    AWS_ENDPOINT_URL_STS: endpoint,
    AWS_ENDPOINT_URL_SSM: endpoint,
    AWS_REGION: 'local-1',
    AWS_DEFAULT_REGION: 'local-1',
    AWS_ACCESS_KEY_ID: cloud.account,
    AWS_SECRET_ACCESS_KEY: secretOf(cloud.account),
    AWS_MAX_ATTEMPTS: '1',
    AWS_PAGER: '',
  };
  const ask = async (program: string, words: readonly string[]): Promise<unknown> => {
    const { stdout } = await run(program, words, { env, maxBuffer: 64 * 1024 * 1024 });
    return stdout === '' ? undefined : JSON.parse(stdout);
  };
  return {
    ...served,
    aws: (words) => ask(programs.aws, ['--output', 'json', ...words.split(' ')]),
    boto: (program) =>
      ask(programs.python, [
        '-c',
        `import boto3, json\nec2 = boto3.client('ec2')\n${program}\nprint(json.dumps(result, default=str))`,
      ]),
  };
}

describe.skipIf(!canHaveMachines)('AWS’s own programs', () => {
  let directory: string;
  let cloud: Served;

  beforeAll(async () => {
    programs = await awsPrograms();
  });

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'deployer-served-'));
    const paper = { bootMs: 0, stopMs: 0 };
    cloud = await serve(openCloud({ directory, account: 'AKPAPER', clock: systemClock, paper }));
  });

  afterEach(async () => {
    await cloud[Symbol.asyncDispose]();
    await rm(directory, { recursive: true });
  });

  test('the AWS CLI finds its way: who it is, the images, zones and networks', async () => {
    expect(await cloud.aws('sts get-caller-identity --query Arn')).toMatch(
      /^arn:aws:iam::\d{12}:user\/deployer$/,
    );
    expect(await cloud.aws('ec2 describe-images --owners amazon --query Images[].Name')).toContain(
      'debian-12',
    );
    const path = '/aws/service/debian/release/12/latest/amd64';
    expect(await cloud.aws(`ssm get-parameter --name ${path} --query Parameter.Value`)).toBe(image);
    expect(await cloud.aws('ec2 describe-subnets --query Subnets[].AvailabilityZone')).toHaveLength(
      3,
    );
    expect(await cloud.aws('ec2 describe-vpcs --query Vpcs[].IsDefault')).toEqual([true]);
  });

  test('the AWS CLI meets EC2’s own errors', async () => {
    const code = (words: string) =>
      cloud.aws(words).then(
        () => 'done',
        ({ stderr }) => /\((\S+)\) when calling/.exec(stderr)?.[1],
      );
    expect(
      await Promise.all([
        code('ec2 start-instances --instance-ids i-00000000000000000'),
        code(`ec2 run-instances --image-id ${image} --dry-run`),
        code(`ec2 run-instances --image-id ${image} --key-name none`),
        code('ec2 delete-security-group --group-name default'),
        code('ec2 describe-snapshots'),
      ]),
    ).toEqual([
      'InvalidInstanceID.NotFound',
      'DryRunOperation',
      'InvalidKeyPair.NotFound',
      'CannotDelete',
      'InvalidAction',
    ]);
  });

  test('boto3 makes a group with rules, and is told what still holds it', async () => {
    const result = await cloud.boto(`
group = ec2.create_security_group(GroupName='web', Description='web')['GroupId']
ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[
    {'IpProtocol': 'tcp', 'FromPort': 80, 'ToPort': 80, 'IpRanges': [{'CidrIp': '0.0.0.0/0'}]},
    {'IpProtocol': '-1', 'UserIdGroupPairs': [{'GroupId': group}]}])
machine = ec2.run_instances(ImageId='${image}', MinCount=1, MaxCount=1, SecurityGroupIds=[group])['Instances'][0]['InstanceId']
try:
    ec2.delete_security_group(GroupId=group)
except ec2.exceptions.ClientError as error:
    code = error.response['Error']['Code']
ec2.terminate_instances(InstanceIds=[machine])
ec2.get_waiter('instance_terminated').wait(InstanceIds=[machine])
ec2.delete_security_group(GroupId=group)
result = [code, [group['GroupName'] for group in ec2.describe_security_groups()['SecurityGroups']]]`);
    expect(result).toEqual(['DependencyViolation', ['default']]);
  });

  test('a URL that boto3 has signed can be read by anybody, for as long as it says', async () => {
    const result = await cloud.boto(`
import urllib.request
url = ec2.generate_presigned_url('describe_regions', HttpMethod='GET', ExpiresIn=60)
result = [urllib.request.urlopen(url).status]
try:
    urllib.request.urlopen(url.replace('DescribeRegions', 'DescribeVpcs'))
except urllib.error.HTTPError as error:
    result.append(error.status)`);
    expect(result).toEqual([200, 403]);
  });

  test('boto3 reads a thousand machines page by page', async () => {
    const result = await cloud.boto(`
ec2.run_instances(ImageId='${image}', MinCount=1000, MaxCount=1000, TagSpecifications=[
    {'ResourceType': 'instance', 'Tags': [{'Key': 'cluster', 'Value': 'a&b'}]}])
pages = list(ec2.get_paginator('describe_instances').paginate(
    Filters=[{'Name': 'tag:cluster', 'Values': ['a?b']}], PaginationConfig={'PageSize': 400}))
ids = {i['InstanceId'] for page in pages for r in page['Reservations'] for i in r['Instances']}
result = [len(pages), len(ids)]`);
    expect(result).toEqual([3, 1000]);
  });
});

describe.skipIf(!canHaveMachines)('AWS’s own programs with a real machine', () => {
  let test_: TestCloud;
  let cloud: Served;

  beforeAll(async () => {
    programs = await awsPrograms();
    test_ = await openTestCloud();
    cloud = await serve(test_.cloud);
  });

  afterAll(async () => {
    await cloud?.[Symbol.asyncDispose]();
    await test_?.[Symbol.asyncDispose]();
  });

  test('the AWS CLI launches it, tags and finds it, reads its console, stops, starts and ends it', async () => {
    const id = await cloud.aws(
      `ec2 run-instances --image-id ${image} --instance-type t3.small --query Instances[0].InstanceId`,
    );
    const state = () =>
      cloud.aws(
        'ec2 describe-instances --filters Name=tag:Name,Values=one --query Reservations[].Instances[].State.Name',
      );
    await cloud.aws(`ec2 create-tags --resources ${id} --tags Key=Name,Value=one`);
    await cloud.aws(`ec2 wait instance-running --instance-ids ${id}`);
    const shown = () => cloud.aws(`ec2 get-console-output --instance-id ${id} --query Output`);
    await eventually(
      async () => String(await shown()).includes('BEGIN SSH HOST KEY'),
      'the host key on the console',
    );
    await cloud.aws(`ec2 stop-instances --instance-ids ${id}`);
    // The waiter of the CLI looks every 15 s only.
    await eventually(async () => String(await state()) === 'stopped', 'the stop');
    await cloud.aws(`ec2 start-instances --instance-ids ${id}`);
    expect(await state()).toEqual(['running']);
    await cloud.aws(`ec2 terminate-instances --instance-ids ${id}`);
    expect(await state()).toEqual(['terminated']);
  }, 180_000);
});
