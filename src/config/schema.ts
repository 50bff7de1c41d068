import { z } from 'zod';
import { NameSchema } from '../recipe/text.ts';
import { ProfileSchema } from './profile-schema.ts';

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
      .enum(['local', 'static'])
      .optional()
      .describe(
        'local: the cloud on this computer; static: machines of your own, which the profile lists',
      ),
    region: z.string().min(1).optional().describe('region of AWS, like eu-central-1'),
    endpoint: z.url('expected a URL').optional().describe('EC2 endpoint of another cloud'),
    account: z
      .string()
      .min(1)
      .optional()
      .describe('the only account that may answer; the one that answered first when left out'),
    awsProfile: z.string().min(1).optional().describe("a profile of AWS's own configuration files"),
    accessKey: SecretRefSchema.optional().describe('where the access key is read from'),
    secretKey: SecretRefSchema.optional().describe('where the secret key is read from'),
    sessionToken: SecretRefSchema.optional().describe('where the session token is read from'),
  })
  .superRefine((credentials, context) => {
    const { cloud, region, endpoint, awsProfile, accessKey, secretKey } = credentials;
    const complain = (message: string): void => context.addIssue({ code: 'custom', message });
    if (cloud !== undefined) {
      if (Object.keys(credentials).length > 1) complain(`cloud: ${cloud} needs nothing beside it`);
      return;
    }
    if (region === undefined && endpoint === undefined) {
      complain('expected cloud: local, cloud: static, a region or an endpoint');
    }
    if ((accessKey === undefined) !== (secretKey === undefined)) {
      complain('accessKey and secretKey go together');
    }
    if (awsProfile !== undefined && accessKey !== undefined) {
      complain('expected either awsProfile or accessKey and secretKey');
    }
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
