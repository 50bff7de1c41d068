import { expect, test } from 'vitest';
import { DeployerError } from '../../../../src/errors.ts';
import { failureOf, toApiError } from '../../../../src/providers/ec2/api-error.ts';

const place = { endpoint: 'https://cloud.example', awsProfile: undefined, hasAnswered: true };

function answer(name: string, httpStatusCode?: number): Error {
  const error = Object.assign(new Error('words of the cloud'), { $metadata: { httpStatusCode } });
  error.name = name;
  return error;
}

function broken(code: string): Error {
  return Object.assign(new Error(`${code} somewhere`), { code });
}

test('the code is EC2’s own, and what can be done about it is said', () => {
  const error = toApiError('RunInstances', answer('InvalidAMIID.NotFound', 400), place);
  expect(error.code).toBe('InvalidAMIID.NotFound');
  expect(error.hint).toContain('image');
});

test.each([
  ['a client fault', answer('InvalidParameterValue', 400), false],
  ['throttling', answer('RequestLimitExceeded', 503), true],
  ['no capacity', answer('InsufficientInstanceCapacity', 500), false],
  ['no host', answer('InsufficientHostCapacity', 500), false],
  ['no address left', answer('InsufficientAddressCapacity', 503), false],
  ['another fault of the cloud', answer('InternalError', 500), true],
  ['a fault that no other cloud knows', answer('TypeError', 500), true],
  ['a page of a proxy', answer('Error', 502), true],
  ['a lost connection', broken('ECONNRESET'), true],
  ['a certificate that is not trusted', broken('DEPTH_ZERO_SELF_SIGNED_CERT'), false],
])('%s can be tried again: %s', (_, error, retryable) => {
  expect(toApiError('RunInstances', error, place).retryable).toBe(retryable);
});

test.each([
  ['throttled', answer('RequestLimitExceeded', 503)],
  ['transient', answer('ServiceUnavailable', 503)],
  ['transient', answer('Error', 502)],
  ['transient', broken('ECONNREFUSED')],
  ['unclear', answer('TypeError', 500)],
  ['refused', answer('InsufficientInstanceCapacity', 500)],
  ['refused', answer('InvalidParameterValue', 400)],
  ['refused', answer('ExpiredToken', 403)],
  ['refused', broken('ERR_TLS_CERT_ALTNAME_INVALID')],
])('it is %s', (failure, error) => {
  expect(failureOf(error)).toBe(failure);
});

test.each([
  ['the connection is refused', broken('ECONNREFUSED'), 'ECONNREFUSED'],
  ['the name is unknown', broken('ENOTFOUND'), 'ENOTFOUND'],
  ['a load balancer answers with a page', answer('Error', 502), 'HTTP 502'],
  ['an answer has no code at all', answer('Unknown', 503), 'HTTP 503'],
  ['an answer is cut short', answer('Error', 200), 'cut short'],
])('an endpoint where %s is named with the reason (B13, B14)', (_, error, reason) => {
  const failed = toApiError('DescribeInstances', error, place);
  expect(failed.code).toBe('cloud-unreachable');
  expect(failed.message).toContain('cannot reach endpoint https://cloud.example (');
  expect(failed.message).toContain(reason);
});

test.each(['ExpiredToken', 'ExpiredTokenException', 'RequestExpired'])(
  '%s says which command renews the credentials, and that the same call may be sent then (B11)',
  (name) => {
    const failed = toApiError('RunInstances', answer(name, 400), { ...place, awsProfile: 'work' });
    expect(failed).toMatchObject({ code: 'credentials-expired', retryable: true });
    expect(failed.hint).toContain('aws sso login --profile work');
  },
);

test('credentials that were never there have not expired (B11)', () => {
  const missing = answer('CredentialsProviderError');
  const never = toApiError('RunInstances', missing, { ...place, hasAnswered: false });
  expect(never).toMatchObject({ code: 'no-credentials', retryable: false });
  expect(toApiError('RunInstances', missing, place).code).toBe('credentials-expired');
});

test('an error of this computer stays what it is', () => {
  const error = new DeployerError('not-root', 'only root may');
  expect(toApiError('RunInstances', error, place)).toBe(error);
});
