import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { Ec2Fault } from './fault.ts';

/** A request as its signature covers it. */
export interface SignedRequest {
  readonly method: string;
  /** The path, and what follows its question mark, as they were sent. */
  readonly path: string;
  readonly query: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

const algorithm = 'AWS4-HMAC-SHA256';
const skewMs = 5 * 60_000;

/** What a request says about its own signature. */
interface Claim {
  readonly accessKey: string;
  /** `DATE/REGION/SERVICE/aws4_request` */
  readonly scope: string;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** `20250102T030405Z` */
  readonly time: string;
  /** How long before its arrival it may have been made. */
  readonly validMs: number;
  readonly isInQuery: boolean;
}

/**
 * The access key that signed the request with Signature Version 4, in its header or in its query. `secretOf` gives the
 * secret of an access key, undefined for an unknown one.
 * @throws {Ec2Fault} `MissingAuthenticationToken`, `IncompleteSignature`, `AuthFailure`, `RequestExpired`,
 * `SignatureDoesNotMatch`
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */
export function verifySignature(
  request: SignedRequest,
  secretOf: (accessKey: string) => string | undefined,
  nowMs: number,
): string {
  const query = new URLSearchParams(request.query);
  const claim = claimIn(request.headers) ?? claimInQuery(query);
  if (claim === undefined) {
    throw new Ec2Fault(
      'MissingAuthenticationToken',
      'Request is missing Authentication Token',
      403,
    );
  }
  const secret = secretOf(claim.accessKey);
  if (secret === undefined) {
    const message = 'AWS was not able to validate the provided access credentials';
    throw new Ec2Fault('AuthFailure', message, 401);
  }
  refuseExpired(claim, nowMs);
  const expected = Buffer.from(signatureOf(request, query, claim, secret));
  const given = Buffer.from(claim.signature);
  if (expected.length === given.length && timingSafeEqual(expected, given)) return claim.accessKey;
  throw new Ec2Fault(
    'SignatureDoesNotMatch',
    'The request signature we calculated does not match the signature you provided.',
    403,
  );
}

function claimIn(headers: SignedRequest['headers']): Claim | undefined {
  const { authorization } = headers;
  if (authorization === undefined) return undefined;
  const [kind, ...rest] = authorization.split(' ');
  const fields = new Map(
    rest
      .join(' ')
      .split(',')
      .map((field) => {
        const at = field.indexOf('=');
        return [field.slice(0, at).trim(), field.slice(at + 1).trim()] as const;
      }),
  );
  return claimOf({
    kind: kind ?? '',
    credential: fields.get('Credential') ?? '',
    signedHeaders: fields.get('SignedHeaders') ?? '',
    signature: fields.get('Signature') ?? '',
    time: headers['x-amz-date'] ?? '',
    validMs: skewMs,
    isInQuery: false,
  });
}

function claimInQuery(query: URLSearchParams): Claim | undefined {
  const signature = query.get('X-Amz-Signature');
  if (signature === null) return undefined;
  const seconds = Number(query.get('X-Amz-Expires') ?? Number.NaN);
  return claimOf({
    kind: query.get('X-Amz-Algorithm') ?? '',
    credential: query.get('X-Amz-Credential') ?? '',
    signedHeaders: query.get('X-Amz-SignedHeaders') ?? '',
    signature,
    time: query.get('X-Amz-Date') ?? '',
    validMs: seconds >= 1 && seconds <= 604_800 ? seconds * 1000 : Number.NaN,
    isInQuery: true,
  });
}

function claimOf(given: {
  kind: string;
  credential: string;
  signedHeaders: string;
  signature: string;
  time: string;
  validMs: number;
  isInQuery: boolean;
}): Claim {
  const { kind, credential, time, signature, validMs, isInQuery } = given;
  const [accessKey = '', ...scope] = credential.split('/');
  const [date, , , end] = scope;
  const signedHeaders = given.signedHeaders.split(';');
  const isComplete =
    kind === algorithm &&
    scope.length === 4 &&
    end === 'aws4_request' &&
    /^\d{8}T\d{6}Z$/.test(time) &&
    time.slice(0, 8) === date &&
    signedHeaders.includes('host') &&
    !Number.isNaN(validMs);
  if (!isComplete) {
    const message = 'The request signature does not conform to AWS Signature Version 4.';
    throw new Ec2Fault('IncompleteSignature', message);
  }
  return { accessKey, scope: scope.join('/'), signedHeaders, signature, time, validMs, isInQuery };
}

function refuseExpired({ time, validMs }: Claim, nowMs: number): void {
  const [, date, clock] = /^(\d{8})T(\d{6})Z$/.exec(time) ?? ['', '', ''];
  const iso = `${date?.replace(/(....)(..)(..)/, '$1-$2-$3')}T${clock?.replace(/(..)(..)(..)/, '$1:$2:$3')}Z`;
  const madeMs = Date.parse(iso);
  if (madeMs <= nowMs + skewMs && nowMs <= madeMs + validMs) return;
  throw new Ec2Fault('RequestExpired', 'Request has expired.');
}

function signatureOf(
  request: SignedRequest,
  query: URLSearchParams,
  claim: Claim,
  secret: string,
): string {
  const canonical = [
    request.method,
    request.path === '' ? '/' : request.path,
    canonicalQuery(query),
    ...claim.signedHeaders.map((name) => `${name}:${headerText(request, name)}`),
    '',
    claim.signedHeaders.join(';'),
    sha256(request.body),
  ].join('\n');
  const text = [algorithm, claim.time, claim.scope, sha256(canonical)].join('\n');
  const key = claim.scope
    .split('/')
    .reduce((previous: Buffer | string, part) => hmac(previous, part), `AWS4${secret}`);
  return hmac(key, text).toString('hex');
}

function headerText({ headers }: SignedRequest, name: string): string {
  return (headers[name] ?? '').trim().replace(/ +/g, ' ');
}

/** Sorted by name and then by value, not as a text: `Id.1=` comes before `Id.10=`. */
function canonicalQuery(query: URLSearchParams): string {
  return [...query]
    .filter(([name]) => name !== 'X-Amz-Signature')
    .map(([name, value]) => [encode(name), encode(value)] as const)
    .sort(
      ([name, value], [other, otherValue]) => inOrder(name, other) || inOrder(value, otherValue),
    )
    .map((pair) => pair.join('='))
    .join('&');
}

/** By code points; what is encoded has no other than those of ASCII. */
function inOrder(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}

function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function sha256(content: Buffer | string): string {
  return createHash('sha256').update(content).digest('hex');
}

function hmac(key: Buffer | string, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}
