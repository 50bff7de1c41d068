import { DeployerError } from '../../errors.ts';
import { isNoCapacityCode } from '../no-capacity.ts';

const hints: Readonly<Record<string, string>> = {
  AuthFailure: 'The credentials are not accepted: check the keys that the profile names.',
  UnauthorizedOperation: 'These credentials may not do this: ask for the permission in IAM.',
  'InvalidAMIID.NotFound': "The profile's image does not exist in this region or account.",
  InsufficientInstanceCapacity:
    'The cloud has no room for this instance type now: try again later or name another instanceType.',
  InstanceLimitExceeded:
    'Your quota is used up: ask for a larger one or destroy what you do not need.',
  VcpuLimitExceeded: 'Your quota is used up: ask for a larger one or destroy what you do not need.',
};

/** Refusals that say nothing about the request itself. */
const throttled: ReadonlySet<string> = new Set(['RequestLimitExceeded', 'Throttling']);

/**
 * What an EC2 call threw, as an error for people. EC2's own code is the error's code (`error.name` in the SDK),
 * never its message.
 */
export function toApiError(call: string, error: unknown): DeployerError {
  if (error instanceof DeployerError || !(error instanceof Error)) {
    return error instanceof DeployerError ? error : new DeployerError('cloud', String(error));
  }
  const hint = hints[error.name];
  return new DeployerError(error.name, `the cloud refused ${call}: ${error.message}`, {
    cause: error,
    retryable: !isRefusal(error),
    ...(hint === undefined ? {} : { hint }),
  });
}

/**
 * Only a client fault (HTTP 4xx) or a lack of room is a word on the request; with any other failure it may have been
 * carried out.
 */
function isRefusal(error: Error): boolean {
  if (isNoCapacityCode(error.name)) return true;
  if (throttled.has(error.name) || !('$metadata' in error)) return false;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null) return false;
  const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  return typeof status === 'number' && status >= 400 && status < 500;
}
