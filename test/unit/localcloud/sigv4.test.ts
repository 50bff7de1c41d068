import { describe, expect, test } from 'vitest';
import { type SignedRequest, verifySignature } from '../../../src/localcloud/sigv4.ts';

const secret = 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY';
const madeMs = Date.UTC(2015, 7, 30, 12, 36);
const scope = 'AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request';
const signature = '5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7';

/** The example of AWS's own documentation of Signature Version 4. */
const example: SignedRequest = {
  method: 'GET',
  path: '/',
  query: 'Action=ListUsers&Version=2010-05-08',
  headers: {
    authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=content-type;host;x-amz-date, Signature=${signature}`,
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    host: 'iam.amazonaws.com',
    'x-amz-date': '20150830T123600Z',
  },
  body: Buffer.alloc(0),
};

const secretOf = (accessKey: string) => (accessKey === 'AKIDEXAMPLE' ? secret : undefined);

function verified(request: Partial<SignedRequest> = {}, nowMs = madeMs): string {
  return verifySignature({ ...example, ...request }, secretOf, nowMs);
}

const withHeaders = (headers: Record<string, string | undefined>) => ({
  headers: { ...example.headers, ...headers },
});

describe('verifySignature', () => {
  test('gives the access key of a request that was signed as AWS documents it', () => {
    expect(verified()).toBe('AKIDEXAMPLE');
    expect(verified({ query: 'Version=2010-05-08&Action=ListUsers' })).toBe('AKIDEXAMPLE');
  });

  test.each([
    ['another method', { method: 'POST' }],
    ['another path', { path: '/other' }],
    ['another parameter', { query: 'Action=DeleteUser&Version=2010-05-08' }],
    ['another body', { body: Buffer.from('Action=ListUsers') }],
    ['another host', withHeaders({ host: 'example.com' })],
  ])('refuses the signature of a request with %s', (_what, change) => {
    expect(() => verified(change)).toThrow(
      expect.objectContaining({ code: 'SignatureDoesNotMatch', status: 403 }),
    );
  });

  test.each([
    ['MissingAuthenticationToken', 403, withHeaders({ authorization: undefined })],
    ['IncompleteSignature', 400, withHeaders({ authorization: 'Bearer x' })],
    ['IncompleteSignature', 400, withHeaders({ 'x-amz-date': '20150829T123600Z' })],
    [
      'AuthFailure',
      401,
      withHeaders({ authorization: example.headers['authorization']?.replace('AKID', 'AKIA') }),
    ],
    [
      'IncompleteSignature',
      400,
      { ...withHeaders({ authorization: undefined }), query: 'X-Amz-Signature=1' },
    ],
  ])('answers %s with status %d to %j', (code, status, change) => {
    expect(() => verified(change)).toThrow(expect.objectContaining({ code, status }));
  });

  test('allows five minutes between the clocks, both ways', () => {
    const minutes = (count: number) => madeMs + count * 60_000;
    expect([verified({}, minutes(5)), verified({}, minutes(-5))]).toEqual([
      'AKIDEXAMPLE',
      'AKIDEXAMPLE',
    ]);
    for (const late of [5.1, -5.1]) {
      expect(() => verified({}, minutes(late))).toThrow(
        expect.objectContaining({ code: 'RequestExpired' }),
      );
    }
  });
});
