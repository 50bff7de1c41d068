import { isAwsEndpoint, isLoopbackEndpoint } from '../../endpoint-kinds.ts';
import { DeployerError, UsageError } from '../../errors.ts';
import { toApiError } from './api-error.ts';
import { accessToOthers, type Ec2Api } from './ec2-api.ts';

/**
 * The image id that a public parameter of AWS holds, such as `/aws/service/debian/release/12/latest/amd64`.
 * @throws {UsageError} `unknown-image` when there is none, or another thing under that name
 */
export async function readParameter(api: Ec2Api, name: string): Promise<string> {
  const {
    access,
    deps: { signal },
  } = api;
  if (
    !isAwsEndpoint(access.endpoint) &&
    access.requestHandler === undefined &&
    !isLoopbackEndpoint(access.endpoint ?? '')
  ) {
    throw noImage(name, 'only AWS itself has parameters');
  }
  const sdk = await import('@aws-sdk/client-ssm');
  const client = new sdk.SSMClient({ ...accessToOthers(access), maxAttempts: 3 });
  try {
    const options = signal === undefined ? {} : { abortSignal: signal };
    const answer = await client.send(new sdk.GetParameterCommand({ Name: name }), options);
    const value = answer.Parameter?.Value ?? '';
    if (/^ami-[0-9a-f]+$/.test(value)) return value;
    throw noImage(name, 'it holds no image id');
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof DeployerError) throw error;
    if (error instanceof Error && error.name === 'ParameterNotFound') {
      throw noImage(name, 'there is no such parameter in this region');
    }
    const place = { endpoint: access.endpoint ?? access.region, awsProfile: access.profile };
    throw toApiError('GetParameter', error, { ...place, hasAnswered: true });
  } finally {
    client.destroy();
  }
}

/** A cloud on this computer that speaks for the other services as well. */
function noImage(name: string, why: string): UsageError {
  return new UsageError('unknown-image', `the parameter ${name} names no image: ${why}`, {
    hint: "Correct the profile's `image`, or name the image by its id.",
  });
}
