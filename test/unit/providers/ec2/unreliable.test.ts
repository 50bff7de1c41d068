import { afterEach, beforeEach, expect, test } from 'vitest';
import { allPages } from '../../../../src/providers/ec2/describe.ts';
import { openEc2Api } from '../../../../src/providers/ec2/ec2-api.ts';
import {
  cluster,
  keyName,
  launchRequest,
  noSecrets,
  openPaperEc2,
  type PaperEc2,
  publicKey,
} from '../../../support/paper-ec2.ts';

let paper: PaperEc2;

beforeEach(async () => {
  paper = await openPaperEc2();
  await paper.provider.importKey(cluster, keyName, publicKey);
  await paper.provider.launch(launchRequest(), noSecrets);
});

afterEach(() => paper.remove());

test.each(['html-502:2', 'cut-xml:2', 'drop-reply:DescribeInstances:2'])(
  'a question is asked again after %s (B13, B14)',
  async (misdeed) => {
    await paper.misbehave(misdeed);
    expect(await paper.provider.describe(cluster.uid)).toHaveLength(3);
  },
);

test('a cloud behind a broken load balancer is unreachable, with the reason (B13)', async () => {
  await paper.misbehave('html-502');
  await expect(paper.provider.describe(cluster.uid)).rejects.toMatchObject({
    code: 'cloud-unreachable',
    message: expect.stringMatching(/^cannot reach endpoint http:\/\/aws\.invalid \(HTTP 502 /),
    retryable: true,
  });
});

test('answers that are always cut short are told as such (B14)', async () => {
  await paper.misbehave('cut-xml');
  await expect(paper.provider.describe(cluster.uid)).rejects.toMatchObject({
    code: 'cloud-unreachable',
    message: expect.stringContaining('cut short'),
  });
});

test('where nobody listens the endpoint is named (B13)', async () => {
  const api = await openEc2Api(
    {
      ...{ region: 'x', endpoint: 'http://127.0.0.1:9' },
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    },
    { clock: paper.clock },
  );
  await expect(api.client.send(new api.sdk.DescribeKeyPairsCommand({}))).rejects.toMatchObject({
    code: 'cloud-unreachable',
    message: expect.stringMatching(/^cannot reach endpoint http:\/\/127\.0\.0\.1:9 \(ECONNREFUSED/),
  });
  expect(api.calls().get('DescribeKeyPairs')).toBe(5);
});

test('what comes in pages is put together (B14)', async () => {
  let asked = 0;
  const pages = [
    { NextToken: 'two', Volumes: [{}] },
    { NextToken: '', Volumes: [{}, {}] },
  ];
  const found = await allPages(
    async (token) => {
      expect(token).toBe(asked === 0 ? undefined : 'two');
      return pages[asked++] ?? {};
    },
    (page: { NextToken?: string; Volumes?: readonly object[] }) => page.Volumes,
  );
  expect(found).toHaveLength(3);
});

test('credentials that expire stop the call, and after their renewal the same one succeeds (B11)', async () => {
  let reads = 0;
  const { access } = paper.api;
  const api = await openEc2Api(
    {
      ...access,
      credentials: async () => {
        reads += 1;
        return { accessKeyId: 'AKPAPER', secretAccessKey: 'paper' };
      },
    },
    { clock: paper.clock },
  );
  const ask = () => api.client.send(new api.sdk.DescribeKeyPairsCommand({}));
  await ask();
  await paper.misbehave('expire:0');
  await expect(ask()).rejects.toMatchObject({ code: 'credentials-expired', retryable: true });
  await paper.misbehave();
  expect((await ask()).KeyPairs).toHaveLength(1);
  expect(reads).toBe(2);
});

test('the account is the one that STS tells (B12)', async () => {
  expect(await paper.provider.account()).toMatch(/^\d{12}$/);
});

test('a cloud without STS tells no account (B12, B19)', async () => {
  const old = await openPaperEc2('eucalyptus');
  expect(await old.provider.account()).toBeNull();
  old.remove();
});
