import { DeployerError } from '../../errors.ts';
import { isNoCapacityCode } from '../no-capacity.ts';

/** Where a call was sent, for the words of its failure. */
export interface CallPlace {
  /** The endpoint's address, or the region where AWS's own endpoints are meant. */
  readonly endpoint: string;
  /** A profile of AWS's own configuration files. */
  readonly awsProfile: string | undefined;
  /** Whether the cloud has accepted the credentials before, in this process. */
  readonly hasAnswered: boolean;
}

/** What a failed call means for sending it again. */
export type Failure =
  /** The cloud refused for the rate of the calls; nothing was done. */
  | 'throttled'
  /** The cloud, or something before it, failed; what was asked may have been done. */
  | 'transient'
  /** A failure of the cloud's own that it will likely repeat; what was asked may have been done. */
  | 'unclear'
  /** A word on the request: the same one will be refused again. */
  | 'refused';

const hints: Readonly<Record<string, string>> = {
  AuthFailure: 'The credentials are not accepted: check the keys that the profile names.',
  InvalidClientTokenId: 'The credentials are not accepted: check the keys that the profile names.',
  SignatureDoesNotMatch: 'The secret key does not belong to the access key that the profile names.',
  UnauthorizedOperation: 'These credentials may not do this: ask for the permission in IAM.',
  'InvalidAMIID.NotFound': "The profile's image does not exist in this region or account.",
  InsufficientInstanceCapacity:
    'The cloud has no room for this instance type now: try again later or name another instanceType.',
  OperationNotPermitted:
    'The machine is protected from being ended: give --force-unprotect to lift the protection.',
  PendingVerification:
    'AWS is still verifying the account for this region; it writes a mail once that is done.',
  OptInRequired: 'The account has to be signed up for this service or image first.',
};

const quotaHint =
  'Your quota is used up: ask for a larger one, destroy what you do not need, or name a smaller instanceType.';

/** Codes by which clouds say that an account has used up what it may have. */
const quotas: ReadonlySet<string> = new Set([
  'InstanceLimitExceeded',
  'VcpuLimitExceeded',
  'MaxSpotInstanceCountExceeded',
  'AddressLimitExceeded',
  'VolumeLimitExceeded',
  'SecurityGroupLimitExceeded',
  'SecurityGroupsPerInstanceLimitExceeded',
  'RulesPerSecurityGroupLimitExceeded',
  'NetworkInterfaceLimitExceeded',
  'ResourceLimitExceeded',
  'ResourceCountExceeded',
  'TagLimitExceeded',
]);

const throttles: ReadonlySet<string> = new Set([
  'RequestLimitExceeded',
  'Client.RequestLimitExceeded',
  'RequestThrottled',
  'Throttling',
  'ThrottlingException',
  'EC2ThrottledException',
  'SlowDown',
]);

/** Codes by which a cloud says that it failed for now. Where there is no code, something before the cloud answered. */
const outages: ReadonlySet<string> = new Set([
  'InternalError',
  'InternalFailure',
  'ServiceUnavailable',
  'Unavailable',
  'Error',
  'Unknown',
  'SyntaxError',
]);

/** Codes of credentials that were good once. */
const expiries: ReadonlySet<string> = new Set([
  'ExpiredToken',
  'ExpiredTokenException',
  'RequestExpired',
  'TokenRefreshRequired',
]);

/** Codes of Node's for certificates and handshakes that will not get better by themselves. */
const tlsCode =
  /^(ERR_TLS|ERR_SSL|CERT_|EPROTO$|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_(GET|VERIFY))/;

/** Whether a code says that the account has used up what it may have. */
export function isQuotaCode(code: string): boolean {
  return quotas.has(code);
}

/** Whether the cloud answered a call with this code; EC2's own codes are those of its errors. */
export function isRefusedWith(error: unknown, ...codes: readonly string[]): boolean {
  return error instanceof DeployerError && codes.includes(error.code);
}

/** Whether the cloud does not know an action at all. */
export function isUnknownAction(error: unknown): boolean {
  return isRefusedWith(error, 'InvalidAction', 'InvalidRequest', 'UnsupportedOperation');
}

/** What a call's failure means for sending it again. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error) || error instanceof DeployerError) return 'refused';
  const { name } = error;
  if (throttles.has(name)) return 'throttled';
  if (isNoCapacityCode(name) || quotas.has(name) || expiries.has(name)) return 'refused';
  if (name === 'CredentialsProviderError' || tlsCode.test(nodeCodeOf(error))) return 'refused';
  const status = statusOf(error);
  if (status === undefined || outages.has(name)) return 'transient';
  return status >= 400 && status < 500 ? 'refused' : 'unclear';
}

/**
 * What an EC2 call threw, as an error for people. EC2's own code is the error's code (`error.name` in the SDK),
 * never its message.
 */
export function toApiError(action: string, error: unknown, place: CallPlace): DeployerError {
  if (error instanceof DeployerError) return error;
  if (!(error instanceof Error)) return new DeployerError('cloud', String(error));
  if (expiries.has(error.name) || error.name === 'CredentialsProviderError') {
    return credentialsError(error, place);
  }
  const unreachable = unreachableBecause(error);
  if (unreachable !== null) return unreachableError(error, unreachable, place);
  const hint = hints[error.name] ?? (quotas.has(error.name) ? quotaHint : undefined);
  return new DeployerError(error.name, `the cloud refused ${action}: ${error.message}`, {
    cause: error,
    retryable: failureOf(error) !== 'refused',
    ...(hint === undefined ? {} : { hint }),
  });
}

function credentialsError(error: Error, place: CallPlace): DeployerError {
  const { awsProfile, hasAnswered } = place;
  const login =
    awsProfile === undefined ? 'aws sso login' : `aws sso login --profile ${awsProfile}`;
  const isExpiry = hasAnswered || awsProfile !== undefined || expiries.has(error.name);
  if (!isExpiry) {
    return new DeployerError('no-credentials', `there are no credentials: ${error.message}`, {
      cause: error,
      hint: `Name them in config.yml, or log in: ${login}`,
    });
  }
  // Only a word of the credentials' own is missing: the very same call succeeds once they are renewed.
  return new DeployerError(
    'credentials-expired',
    `the credentials have expired: ${error.message}`,
    {
      cause: error,
      retryable: true,
      hint: `Renew them (${login}, or whatever made them), then run the same command again.`,
    },
  );
}

/** Why no cloud was there to answer; null when one was. */
function unreachableBecause(error: Error): string | null {
  const code = nodeCodeOf(error);
  const status = statusOf(error);
  if (code !== '' && status === undefined)
    return `${code}${error.message === '' ? '' : `: ${error.message}`}`;
  if (error.name === 'TimeoutError') return error.message;
  if (status === undefined) return error.message;
  // A code of a cloud's has neither of these names: the SDK uses them where it found none in the answer.
  const isPage = error.name === 'Error' || error.name === 'Unknown' || error.name === 'SyntaxError';
  if (!isPage) return null;
  return status < 300
    ? 'its answer is cut short or no XML'
    : `HTTP ${status} with a page that is no cloud's answer: a proxy or load balancer is in between`;
}

function unreachableError(error: Error, reason: string, { endpoint }: CallPlace): DeployerError {
  const isTls = tlsCode.test(nodeCodeOf(error));
  return new DeployerError('cloud-unreachable', `cannot reach endpoint ${endpoint} (${reason})`, {
    cause: error,
    retryable: !isTls,
    hint: isTls
      ? 'Its certificate is not trusted here: name the authority that signed it in NODE_EXTRA_CA_CERTS.'
      : 'Check the endpoint or region, and the network from here to there; then run the same command again.',
  });
}

function nodeCodeOf(error: Error): string {
  return 'code' in error && typeof error.code === 'string' ? error.code : '';
}

function statusOf(error: Error): number | undefined {
  if (!('$metadata' in error)) return undefined;
  const metadata = error.$metadata;
  if (typeof metadata !== 'object' || metadata === null) return undefined;
  const status = 'httpStatusCode' in metadata ? metadata.httpStatusCode : undefined;
  return typeof status === 'number' ? status : undefined;
}
