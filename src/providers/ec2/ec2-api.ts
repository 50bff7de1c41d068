import type { EC2Client, EC2ClientConfig } from '@aws-sdk/client-ec2';
import { isAwsEndpoint } from '../../endpoint-kinds.ts';
import { isRefusedWith } from './api-error.ts';
import { type CallDeps, type CallPolicy, createCallPolicy } from './call-policy.ts';

/** The AWS SDK's EC2 module; only its type is imported until a command needs a cloud. */
type Ec2Sdk = typeof import('@aws-sdk/client-ec2');

/** The SDK and a client of one cloud. */
export interface Ec2Api {
  readonly sdk: Ec2Sdk;
  /**
   * Sends commands at the rate that the cloud takes, and again where that can do no harm. What fails is a
   * `DeployerError` with EC2's own code.
   */
  readonly client: EC2Client;
  readonly access: Ec2Access;
  readonly deps: CallDeps;
  /** How many calls were sent so far, by action. */
  calls(): ReadonlyMap<string, number>;
}

/** How a cloud is reached; what is left out the SDK finds by its own rules. */
export interface Ec2Access {
  readonly region: string;
  readonly endpoint?: string;
  /** A profile of AWS's own configuration files. */
  readonly profile?: string;
  /** Keys, or how they are read: a way of reading them is gone again when they have expired. */
  readonly credentials?: AccessKeys | (() => Promise<AccessKeys>);
  /** What answers requests in place of the network. */
  readonly requestHandler?: NonNullable<EC2ClientConfig['requestHandler']>;
}

/** Keys that calls are signed with. */
export interface AccessKeys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/**
 * How long a connection may take, and an answer, in milliseconds: without these a cloud that falls silent is waited for
 * until the kernel gives up, or for ever.
 */
const patience = {
  connectionTimeout: 5_000,
  requestTimeout: 60_000,
  // Else the SDK only writes a warning to the terminal.
  throwOnRequestTimeout: true,
  // An answer that has begun may not stand still either.
  socketTimeout: 60_000,
} satisfies Ec2Access['requestHandler'];

/**
 * How another service of the same cloud is reached: AWS has an address for each, which the region tells; other clouds, if
 * they have it at all, the same one for all.
 */
export function accessToOthers(access: Ec2Access): Ec2Access {
  const { endpoint, ...rest } = { requestHandler: patience, ...access };
  return isAwsEndpoint(endpoint) || endpoint === undefined ? rest : { ...rest, endpoint };
}

/** Loads the AWS SDK, about a quarter of a second, so never at the program's start, and makes a client. */
export async function openEc2Api(access: Ec2Access, deps: CallDeps): Promise<Ec2Api> {
  // The SDK announces the end of its support for this Node in every process, to users who cannot act on it.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const sdk = await import('@aws-sdk/client-ec2');
  const place = { endpoint: access.endpoint ?? access.region, awsProfile: access.profile };
  const policy = createCallPolicy(place, deps);
  let client = createClient(sdk, access, policy, onExpiry);
  // A client remembers its credentials: one that has seen them expire is no good after they were renewed.
  function onExpiry() {
    client = createClient(sdk, access, policy, onExpiry);
  }
  return {
    ...{ sdk, access, deps },
    get client() {
      return client;
    },
    calls: policy.counts,
  };
}

function createClient(
  sdk: Ec2Sdk,
  access: Ec2Access,
  policy: CallPolicy,
  onExpiry: () => void,
): EC2Client {
  // The policy tries again, by what it knows of the call; the SDK would also repeat launches for which there is no room.
  const client = new sdk.EC2Client({ requestHandler: patience, ...access, maxAttempts: 1 });
  client.middlewareStack.add(
    (next, context) => async (args) => {
      const action = context.commandName?.replace(/Command$/, '') ?? 'a call';
      try {
        return await policy.run(action, args.input, () => next(args));
      } catch (error) {
        if (isRefusedWith(error, 'credentials-expired')) onExpiry();
        throw error;
      }
    },
    { step: 'initialize', name: 'deployerCallPolicy' },
  );
  return client;
}
