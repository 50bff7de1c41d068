import type { EC2Client, EC2ClientConfig } from '@aws-sdk/client-ec2';

/** The AWS SDK's EC2 module; only its type is imported until a command needs a cloud. */
type Ec2Sdk = typeof import('@aws-sdk/client-ec2');

/** The SDK and a client of one cloud. */
export interface Ec2Api {
  readonly sdk: Ec2Sdk;
  readonly client: EC2Client;
}

/** How a cloud is reached; what is left out the SDK finds by its own rules. */
export interface Ec2Access {
  readonly region: string;
  readonly endpoint?: string;
  /** A profile of AWS's own configuration files. */
  readonly profile?: string;
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** What answers requests in place of the network. */
  readonly requestHandler?: NonNullable<EC2ClientConfig['requestHandler']>;
}

/** Loads the AWS SDK, about a quarter of a second, so never at the program's start, and makes a client. */
export async function openEc2Api(access: Ec2Access): Promise<Ec2Api> {
  // The SDK announces the end of its support for this Node in every process, to users who cannot act on it.
  process.env['AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED'] ??= 'true';
  const sdk = await import('@aws-sdk/client-ec2');
  return { sdk, client: new sdk.EC2Client(access) };
}
