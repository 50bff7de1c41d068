import { z } from 'zod';
import { DurationSchema, NameSchema } from '../recipe/text.ts';

/** Where a secret is read from at the moment it is needed; the secret itself never stands in a file of ours. */
export const SecretRefSchema = z.union(
  [
    z.strictObject({ env: z.string().min(1).describe('name of an environment variable') }),
    z.strictObject({ file: z.string().min(1).describe('a file that holds nothing else') }),
    z.strictObject({ command: z.string().min(1).describe('a shell command that prints it') }),
  ],
  'a secret must not stand in this file: write {env: NAME}, {file: PATH} or {command: "…"}',
);

/** Where a secret is read from. */
export type SecretRef = z.infer<typeof SecretRefSchema>;

/** Which cloud, and who pays. */
const CredentialsSchema = z
  .strictObject({
    cloud: z
      .enum(['local'])
      .optional()
      .describe('local: the cloud on this computer, which needs nothing else'),
    region: z.string().min(1).optional().describe('region of AWS, like eu-central-1'),
    endpoint: z.url('expected a URL').optional().describe('EC2 endpoint of another cloud'),
    awsProfile: z.string().min(1).optional().describe("a profile of AWS's own configuration files"),
    accessKey: SecretRefSchema.optional().describe('where the access key is read from'),
    secretKey: SecretRefSchema.optional().describe('where the secret key is read from'),
    sessionToken: SecretRefSchema.optional().describe('where the session token is read from'),
  })
  .superRefine((credentials, context) => {
    const { cloud, region, endpoint, awsProfile, accessKey, secretKey } = credentials;
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (cloud === 'local') {
      if (Object.keys(credentials).length > 1) complain('cloud: local needs nothing beside it');
      return;
    }
    if (region === undefined && endpoint === undefined) {
      complain('expected cloud: local, a region or an endpoint');
    }
    if ((accessKey === undefined) !== (secretKey === undefined)) {
      complain('accessKey and secretKey go together');
    }
    if (awsProfile !== undefined && accessKey !== undefined) {
      complain('expected either awsProfile or accessKey and secretKey');
    }
  });

/** Where a cluster is made. */
export const ProfileSchema = z.strictObject({
  about: z.string().min(1).optional().describe('what the profile is for, in one line'),
  credentials: NameSchema.describe('name of an entry under credentials'),
  image: z.string().min(1).describe('image that machines start from'),
  instanceType: z.string().min(1).describe('type of the machines: their memory and processors'),
  username: z
    .string()
    .regex(/^[a-z_][a-z0-9_-]*$/, 'expected a login name')
    .default('root')
    .describe('user that machines are logged into as'),
  count: z
    .int()
    .min(1)
    .optional()
    .describe("how many nodes; the recipe's own number when left out"),
  hostKeys: z
    .enum(['console', 'pinned'])
    .optional()
    .describe(
      'how a machine is recognised at first contact: by what its console printed (the default of the local cloud), or trusted once and pinned',
    ),
  artifacts: z
    .enum(['push', 'nodes'])
    .default('push')
    .describe(
      'who fetches artifacts: this computer, which sends them to the nodes, or the nodes themselves where there is an address',
    ),
  timeouts: z
    .strictObject({
      reach: DurationSchema.optional().describe(
        'how long a new machine may take to answer, like 5m',
      ),
    })
    .default({})
    .describe('how long to wait'),
});

/** The whole config.yml. */
export const ConfigSchema = z.strictObject({
  profiles: z.record(NameSchema, ProfileSchema).default({}).describe('where clusters are made'),
  credentials: z
    .record(NameSchema, CredentialsSchema)
    .default({})
    .describe('which cloud, and who pays'),
});

/** The whole config.yml, checked. */
export type ConfigDocument = z.infer<typeof ConfigSchema>;

/** One profile as a file has it. */
export type ProfileDocument = z.infer<typeof ProfileSchema>;
