import { EC2Client } from '@aws-sdk/client-ec2';
import { describe, expect, test } from 'vitest';
import { verifySignature } from '../../../src/localcloud/sigv4.ts';

process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] = 'true';
const madeMs = Date.UTC(2025, 0);
const client = new EC2Client({
  region: 'local-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret' },
});
const ids = Array.from({ length: 12 }, (_, index) => [`InstanceId.${index + 1}`, `i-${index}`]);

type Signer = Awaited<ReturnType<typeof client.config.signer>>;
const canPresign = (signer: Signer): signer is Signer & { presign: Signer['sign'] } =>
  'presign' in signer;

/** A GET with a list of twelve, as AWS's own library signs it: in its header or in its query. */
async function signed(way: 'sign' | 'presign') {
  const signer = await client.config.signer({
    name: 'sigv4',
    signingName: 'ec2',
    signingRegion: 'local-1',
    properties: {},
  });
  const request = {
    method: 'GET',
    protocol: 'http:',
    hostname: '127.0.0.1',
    path: '/',
    query: { Action: 'DescribeInstances', ...Object.fromEntries(ids) },
    headers: { host: '127.0.0.1' },
  };
  const options = { signingDate: new Date(madeMs) };
  if (way === 'sign') return signer.sign(request, options);
  if (!canPresign(signer)) throw new Error('there is no presigning');
  return signer.presign(request, options);
}

describe('verifySignature', () => {
  test.each(['sign', 'presign'] as const)('knows a list of twelve again, after %s', async (way) => {
    const { method, path, headers, query = {} } = await signed(way);
    const words = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) words.append(name, `${value}`);
    const request = { method, path, headers, query: words.toString(), body: Buffer.alloc(0) };
    expect(verifySignature(request, () => 'secret', madeMs)).toBe('AKIDEXAMPLE');
  });
});
