import { expect, test } from 'vitest';
import { DeployerError } from '../../../src/errors.ts';
import { toApiError } from '../../../src/providers/ec2/api-error.ts';

function answer(name: string, httpStatusCode?: number): Error {
  const error = Object.assign(new Error('words of the cloud'), { $metadata: { httpStatusCode } });
  error.name = name;
  return error;
}

test('the code is EC2’s own, and what can be done about it is said', () => {
  const error = toApiError('RunInstances', answer('InvalidAMIID.NotFound', 400));
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
  ['a page of a proxy', answer('Error', 502), true],
  ['a lost connection', new Error('socket hang up'), true],
])('%s can be tried again: %s', (_, error, retryable) => {
  expect(toApiError('RunInstances', error).retryable).toBe(retryable);
});

test('an error of this computer stays what it is', () => {
  const error = new DeployerError('not-root', 'only root may');
  expect(toApiError('RunInstances', error)).toBe(error);
});
