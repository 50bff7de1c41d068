import { isAwsEndpoint } from '../../endpoint-kinds.ts';
import { toApiError } from './api-error.ts';
import { accessToOthers, type Ec2Api } from './ec2-api.ts';

/**
 * The account that the credentials belong to, as STS tells it; null on a cloud that has none at its endpoint. The one
 * call that needs no permission at all, so it also shows whether the credentials are good.
 */
export async function accountOf({ access, deps }: Ec2Api): Promise<string | null> {
  const sdk = await import('@aws-sdk/client-sts');
  const maxAttempts = isAwsEndpoint(access.endpoint) ? 3 : 1;
  const client = new sdk.STSClient({ ...accessToOthers(access), maxAttempts });
  try {
    deps.signal?.throwIfAborted();
    const options = deps.signal === undefined ? {} : { abortSignal: deps.signal };
    const answer = await client.send(new sdk.GetCallerIdentityCommand({}), options);
    return answer.Account ?? null;
  } catch (error) {
    deps.signal?.throwIfAborted();
    if (!isAwsEndpoint(access.endpoint)) return null;
    const place = { endpoint: `sts.${access.region}.amazonaws.com`, awsProfile: access.profile };
    throw toApiError('GetCallerIdentity', error, { ...place, hasAnswered: false });
  } finally {
    client.destroy();
  }
}
