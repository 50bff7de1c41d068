import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemClock } from '../../../src/clock.ts';
import { type LocalCloud, openCloud } from '../../../src/localcloud/cloud.ts';
import { imageIdOf } from '../../../src/localcloud/names.ts';
import { cloudRequestHandler } from '../../../src/localcloud/request-handler.ts';
import { instance } from './instance.ts';

let directory: string;
let cloud: LocalCloud;
const publicKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKJ0y0bD1eHqv1rP6f3o5c1Jm2q5rXnS2m0b4f2k7w9x me';

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'deployer-cloud-'));
  cloud = openCloud({ directory, account: 'AKA', clock: systemClock });
});

afterEach(() => rm(directory, { recursive: true }));

async function call(parameters: Record<string, string>, as = cloud): Promise<string> {
  const { status, body } = await as.call(new URLSearchParams(parameters).toString());
  return status === 200 ? body : `${status} ${/<Code>(.*?)</.exec(body)?.[1]}`;
}

function importKey(name: string, more: Record<string, string> = {}, as = cloud): Promise<string> {
  const PublicKeyMaterial = Buffer.from(publicKey).toString('base64');
  return call({ Action: 'ImportKeyPair', KeyName: name, PublicKeyMaterial, ...more }, as);
}

function valuesOf(element: string, xml: string): string[] {
  return [...xml.matchAll(new RegExp(`<${element}>(.*?)</${element}>`, 'g'))].map(
    ([, value = '']) => value,
  );
}

describe.skipIf(process.platform !== 'linux')('the local cloud without machines', () => {
  test.each([
    ['InvalidAction', { Action: 'CreateVpc' }],
    ['InvalidAction', { Action: 'constructor' }],
    ['MissingParameter', {}],
    ['MissingParameter', { Action: 'RunInstances', MinCount: '1', MaxCount: '1' }],
    ['InvalidAMIID.Malformed', { Action: 'RunInstances', ImageId: '__proto__' }],
    ['InvalidAMIID.NotFound', { Action: 'RunInstances', ImageId: imageIdOf('none') }],
    [
      'InvalidParameterValue',
      { Action: 'RunInstances', ImageId: 'ami-1', InstanceType: 'toString' },
    ],
    [
      'InvalidParameterValue',
      { Action: 'RunInstances', ImageId: 'ami-1', MinCount: '2', MaxCount: '1' },
    ],
    ['InvalidInstanceID.Malformed', { Action: 'DescribeInstances', 'InstanceId.1': 'constructor' }],
    ['InvalidInstanceID.NotFound', { Action: 'TerminateInstances', 'InstanceId.1': 'i-12345678' }],
    ['InvalidKeyPair.NotFound', { Action: 'DescribeKeyPairs', 'KeyName.1': 'constructor' }],
    ['InvalidKey.Format', { Action: 'ImportKeyPair', KeyName: 'a', PublicKeyMaterial: 'eA==' }],
  ])('answers %s to %j', async (code, parameters) => {
    expect(await call(parameters)).toBe(`400 ${code}`);
  });

  test('keeps key pairs by account, finds them by name and tag, and has each name once', async () => {
    const tag = {
      'TagSpecification.1.ResourceType': 'key-pair',
      'TagSpecification.1.Tag.1.Key': 'cluster',
      'TagSpecification.1.Tag.1.Value': 'a<b',
    };
    await importKey('one', tag);
    await importKey('__proto__');
    await importKey('one', {}, openCloud({ directory, account: 'AKB', clock: systemClock }));
    expect(await importKey('one')).toBe('400 InvalidKeyPair.Duplicate');
    expect(valuesOf('keyName', await call({ Action: 'DescribeKeyPairs' }))).toEqual([
      'one',
      '__proto__',
    ]);
    const byTag = {
      Action: 'DescribeKeyPairs',
      'Filter.1.Name': 'tag:cluster',
      'Filter.1.Value.1': 'a<b',
    };
    expect(valuesOf('keyName', await call(byTag))).toEqual(['one']);
    await call({ Action: 'DeleteKeyPair', KeyName: 'one' });
    await call({ Action: 'DeleteKeyPair', KeyName: 'one' });
    expect(valuesOf('keyName', await call({ Action: 'DescribeKeyPairs' }))).toEqual(['__proto__']);
  });

  test('tags are laid over those of the same key, found, and taken off', async () => {
    const [id = ''] = valuesOf('keyPairId', await importKey('one'));
    const tags = (action: string, key: string, value: string) =>
      call({ Action: action, 'ResourceId.1': id, 'Tag.1.Key': key, 'Tag.1.Value': value });
    await tags('CreateTags', 'constructor', '1');
    await tags('CreateTags', 'constructor', '2');
    await tags('DeleteTags', 'constructor', '1');
    const found = await call({
      Action: 'DescribeTags',
      'Filter.1.Name': 'resource-id',
      'Filter.1.Value.1': id,
    });
    expect([valuesOf('key', found), valuesOf('value', found)]).toEqual([['constructor'], ['2']]);
    await tags('DeleteTags', 'constructor', '2');
    expect(await call({ Action: 'DescribeTags' })).toContain('<tagSet/>');
  });

  test('a tag that is refused changes none of the resources', async () => {
    const [id = ''] = valuesOf('keyPairId', await importKey('one'));
    const request = {
      Action: 'CreateTags',
      'ResourceId.1': id,
      'ResourceId.2': 'key-0',
      'Tag.1.Key': 'a',
    };
    expect(await call(request)).toBe('400 InvalidKeyPair.NotFound');
    expect(await call({ Action: 'DescribeTags' })).toContain('<tagSet/>');
  });

  test('describes instances page by page, each once', async () => {
    const ids = Array.from({ length: 12 }, (_, index) => `i-${String(index).padStart(17, '0')}`);
    await cloud.host.store.update((record) => {
      record.instances = ids.map((id) => instance({ id, account: 'AKA', want: 'stopped' }));
    });
    const seen: string[] = [];
    let token: string | undefined = '';
    while (token !== undefined) {
      const page: string = await call({
        Action: 'DescribeInstances',
        MaxResults: '5',
        NextToken: token,
      });
      seen.push(...valuesOf('instanceId', page));
      token = valuesOf('nextToken', page)[0];
    }
    expect(seen).toEqual(ids);
    expect(await call({ Action: 'DescribeInstances', NextToken: 'x' })).toBe(
      '400 InvalidNextToken',
    );
  });
});

describe('cloudRequestHandler', () => {
  test('rejects at once when the signal aborts, though the cloud does not answer', async () => {
    const silent: LocalCloud = { ...cloud, call: () => new Promise(() => {}) };
    const abort = new AbortController();
    const answer = cloudRequestHandler(silent).handle({ body: '' }, { abortSignal: abort.signal });
    abort.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
    await expect(
      cloudRequestHandler(silent).handle({ body: '' }, { abortSignal: abort.signal }),
    ).rejects.toMatchObject({ name: 'AbortError' });
  });
});
