import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import { DescribeInstancesCommand, EC2Client } from '@aws-sdk/client-ec2';
import { afterEach, describe, expect, test } from 'vitest';
import { openSecrets } from '../../../src/localcloud/credentials.ts';
import { setMisbehaviour } from '../../../src/localcloud/misbehaviour.ts';
import { type ServedAnswer, serveCloud } from '../../../src/localcloud/serve.ts';
import { noteServer, servedEndpoint } from '../../../src/localcloud/server-note.ts';
import { launchOf, type PaperCloud, paperClouds } from './paper-cloud.ts';

const open = paperClouds();
const opened: AsyncDisposable[] = [];

afterEach(async () => {
  for (const each of opened.splice(0)) await each[Symbol.asyncDispose]();
});

async function serve(paper: PaperCloud) {
  const secretOf = await openSecrets(paper.cloud.host.directory);
  const answers: ServedAnswer[] = [];
  const served = await serveCloud({
    port: 0,
    cloudFor: () => paper.cloud,
    secretOf,
    personality: () => paper.cloud.personality(),
    now: Date.now,
    onAnswer: (answer) => answers.push(answer),
  });
  opened.push(served);
  const clientWith = (accessKeyId: string, secretAccessKey = secretOf(accessKeyId) ?? 'none') =>
    new EC2Client({
      region: 'local-1',
      endpoint: served.endpoint,
      maxAttempts: 1,
      credentials: { accessKeyId, secretAccessKey },
    });
  return { ...served, answers, clientWith, client: clientWith('AKPAPER') };
}

/** Sends a request as it is, unsigned. */
async function send(
  endpoint: string,
  { body = '', ...options }: { body?: string; method?: string; headers?: Record<string, string> },
) {
  return new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
    const sent = request(endpoint, options, async (response) => {
      resolve({ status: response.statusCode, body: await text(response) });
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

const describeAll = new DescribeInstancesCommand({});

describe.skipIf(process.platform !== 'linux')('serveCloud', () => {
  test('carries out what an SDK has signed, and nothing else', async () => {
    const { client, clientWith, answers } = await serve(open());
    expect((await client.send(launchOf())).Instances).toHaveLength(1);
    const refused = [clientWith('AKPAPER', 'wrong'), clientWith('AKIAIOSFODNN7-NONE')];
    const codes = await Promise.all(
      refused.map((each) =>
        each.send(describeAll).catch(({ name, $metadata }) => [name, $metadata.httpStatusCode]),
      ),
    );
    expect(codes).toEqual([
      ['SignatureDoesNotMatch', 403],
      ['AuthFailure', 401],
    ]);
    expect(answers[0]).toEqual({ account: 'AKPAPER', action: 'RunInstances', status: 200 });
    expect(answers.map(({ error }) => error).sort()).toEqual([
      'AuthFailure',
      'SignatureDoesNotMatch',
      undefined,
    ]);
  });

  test.each([
    ['MissingAuthenticationToken', 403, {}],
    ['MissingAuthenticationToken', 403, { method: 'POST', body: 'Action=DescribeInstances' }],
    ['UnauthorizedOperation', 403, { headers: { host: 'cloud.example.com' } }],
    ['InvalidRequest', 405, { method: 'PUT' }],
    ['RequestEntityTooLarge', 413, { method: 'POST', body: 'x'.repeat(1024 * 1024 + 1) }],
  ])('answers %s with status %d to a request like %o', async (code, status, options) => {
    const { endpoint } = await serve(open());
    const answer = await send(endpoint, options);
    expect([answer.status, /<Code>(.*)<\/Code>/.exec(answer.body)?.[1]]).toEqual([status, code]);
  });

  test('refuses in the words that the client of each service reads', async () => {
    const old = await serve(open('eucalyptus'));
    const ec2 = await send(old.endpoint, { method: 'POST', body: 'Action=DescribeInstances' });
    expect(ec2.body).toMatch(/<ErrorResponse .*<Error><Type>.*<Code>MissingAuthenticationToken</);
    const { endpoint, answers } = await serve(open());
    const sts = await send(endpoint, { method: 'POST', body: 'Action=GetCallerIdentity' });
    expect(sts.body).toMatch(
      /<ErrorResponse xmlns="https:\/\/sts.*<Code>MissingAuthenticationToken</,
    );
    const headers = { 'x-amz-target': 'AmazonSSM.GetParameter' };
    const ssm = await send(endpoint, { method: 'POST', headers, body: '{}' });
    expect(JSON.parse(ssm.body)).toMatchObject({ __type: 'MissingAuthenticationToken' });
    expect(answers.at(-1)).toMatchObject({ error: 'MissingAuthenticationToken', status: 403 });
    const elsewhere = await send(endpoint, { headers: { ...headers, host: 'cloud.example.com' } });
    expect(JSON.parse(elsewhere.body)).toMatchObject({ __type: 'UnauthorizedOperation' });
  });

  test('passes on what goes wrong: pages of a load balancer, and connections that end', async () => {
    const paper = open();
    const { client, endpoint } = await serve(paper);
    await setMisbehaviour(paper.cloud, ['html-502:1', 'drop-reply:DescribeInstances:1']);
    await expect(client.send(describeAll)).rejects.toMatchObject({
      $metadata: { httpStatusCode: 502 },
    });
    await expect(client.send(describeAll)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await client.send(describeAll)).Reservations).toEqual([]);
    expect((await send(endpoint, {})).status).toBe(403);
  });

  test('says where it is as long as it is there', async () => {
    const { directory } = open().cloud.host;
    expect(await servedEndpoint(directory)).toBeUndefined();
    const served = await serve(open());
    const note = await noteServer(directory, served.endpoint);
    expect(await servedEndpoint(directory)).toBe(served.endpoint);
    await expect(noteServer(directory, 'http://127.0.0.1:1')).rejects.toMatchObject({
      code: 'cloud-already-served',
      message: expect.stringContaining(served.endpoint),
    });
    expect(await servedEndpoint(directory)).toBe(served.endpoint);
    await note[Symbol.asyncDispose]();
    expect(await servedEndpoint(directory)).toBeUndefined();
    await noteServer(directory, 'http://127.0.0.1:1');
    expect(await servedEndpoint(directory)).toBeUndefined();
  });
});

describe.skipIf(process.platform !== 'linux')('openSecrets', () => {
  test('gives each access key its own secret, the same to all who open the cloud, others to other clouds', async () => {
    const { directory } = open().cloud.host;
    const [one, two] = await Promise.all([openSecrets(directory), openSecrets(directory)]);
    const other = await openSecrets(open().cloud.host.directory);
    expect(one('AK1A')).toMatch(/^[\w-]{40}$/);
    expect(two('AK1A')).toBe(one('AK1A'));
    expect(new Set([one('AK1A'), one('AK1B'), other('AK1A')]).size).toBe(3);
    expect(one('constructor')).toBeUndefined();
  });
});

describe.skipIf(process.platform !== 'linux')('the parameters of the Systems Manager', () => {
  test('name images as AWS does', async () => {
    const { cloud } = open();
    const ask = async (Name: unknown, target = 'AmazonSSM.GetParameter') => {
      const { body } = await cloud.call(JSON.stringify({ Name }), target);
      const { Parameter, __type } = JSON.parse(body);
      return Parameter?.Value ?? __type;
    };
    const debian = await ask('/aws/service/debian/release/12/latest/amd64');
    expect(debian).toMatch(/^ami-[0-9a-f]{17}$/);
    expect(await ask('/deployer/images/debian-12')).toBe(debian);
    expect(await ask('/deployer/images/none')).toBe('ParameterNotFound');
    expect(await ask(7)).toBe('ValidationException');
    expect(await ask('x', 'AmazonSSM.PutParameter')).toBe('UnknownOperationException');
  });

  const Name = '/deployer/images/debian-12';
  const ask = ({ cloud }: PaperCloud) =>
    cloud.call(JSON.stringify({ Name }), 'AmazonSSM.GetParameter');

  test.each(['eucalyptus', 'openstack'] as const)('are not there on %s', async (name) => {
    const { status, body } = await ask(open(name));
    expect([status, JSON.parse(body).__type]).toEqual([400, 'UnknownOperationException']);
  });

  test('go wrong as everything does, and are told as calls', async () => {
    const paper = open();
    await setMisbehaviour(paper.cloud, ['html-502:1', 'drop-reply:GetParameter:1']);
    expect((await ask(paper)).status).toBe(502);
    expect((await ask(paper)).isDropped).toBe(true);
    await setMisbehaviour(paper.cloud, ['hold:GetParameter:3s:1', 'expire:1']);
    const { clock } = paper.cloud.host;
    const beganMs = clock.now();
    expect((await ask(paper)).status).toBe(200);
    expect(clock.now() - beganMs).toBe(3000);
    const { contentType, body } = await ask(paper);
    expect(contentType).toBe('application/x-amz-json-1.1');
    expect(JSON.parse(body).__type).toBe('RequestExpired');
    expect(paper.calls.map(({ action, status }) => `${action} ${status}`)).toEqual([
      ...['GetParameter 502', 'GetParameter 200', 'GetParameter 200', 'GetParameter 400'],
    ]);
  });
});
