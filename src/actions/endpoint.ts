import type { Credentials } from '../config/profile.ts';

/**
 * Where a cloud's calls go: as config.yml says, else as the environment tells every AWS client; undefined for AWS's own.
 * @see https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
 */
export function endpointOf(
  { endpoint }: Extract<Credentials, { kind: 'ec2' }>,
  env: Readonly<Record<string, string | undefined>>,
): string | undefined {
  return endpoint ?? (env['AWS_ENDPOINT_URL_EC2'] || env['AWS_ENDPOINT_URL'] || undefined);
}
