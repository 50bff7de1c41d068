import { z } from 'zod';
import { personalityNames } from './personality.ts';
import { defaultZone } from './zones.ts';

const TagSchema = z.strictObject({
  key: z.string(),
  value: z.string(),
  /** Until then the tag is not shown; see `late-tags`. */
  visibleFromMs: z.number().optional(),
});

/** What every resource of an account has. */
const resource = {
  id: z.string(),
  account: z.string(),
  tags: z.array(TagSchema),
  /** Until then the account does not see it; see `late`. */
  visibleFromMs: z.number().optional(),
};

const ReasonSchema = z.strictObject({ code: z.string(), message: z.string() });

/** Options of the instance metadata service, in EC2's own words; there is no such service in a machine. */
const MetadataOptionsSchema = z.strictObject({
  httpTokens: z.string(),
  httpPutResponseHopLimit: z.int(),
  httpEndpoint: z.string(),
  instanceMetadataTags: z.string(),
});

const InstanceSchema = z.strictObject({
  ...resource,
  reservation: z.string(),
  launchIndex: z.int(),
  image: z.string(),
  type: z.string(),
  zone: z.string().default(defaultZone),
  /** Ids of its security groups; none means the account's default one. */
  groups: z.array(z.string()).default([]),
  keyName: z.string().optional(),
  /** The public keys that may log in, in authorized_keys form. */
  publicKeys: z.array(z.string()),
  /** The host key that its user data brought. */
  hostKey: z.strictObject({ privateKey: z.string(), publicKey: z.string() }).optional(),
  address: z.string(),
  /** What the machine should be; what it is gets observed. */
  want: z.enum(['running', 'stopped', 'terminated']),
  /** Why it was stopped or ended, when nobody asked for that. */
  endReason: ReasonSchema.optional(),
  /** An instance that fails at its launch is reported as pending until then. */
  pendingUntilMs: z.number().optional(),
  /** Counts the starts that were asked for. */
  boot: z.int(),
  launchedAtMs: z.number(),
  /** When `want` changed last. */
  wantedAtMs: z.number(),
  token: z.string().optional(),
  /** What it does wrong, for the tests of those who launch it. */
  misbehaves: z.literal('never-ssh').optional(),
  /** Hash of the request that made it, for `IdempotentParameterMismatch`. */
  requestHash: z.string(),
  /** The id of its spot request, for a spot instance. */
  spotRequest: z.string().optional(),
  isSpotRequestCancelled: z.boolean().optional(),
  isTerminationProtected: z.boolean().optional(),
  isStopProtected: z.boolean().optional(),
  metadataOptions: MetadataOptionsSchema.optional(),
  /** The ARN of its instance profile. */
  profileArn: z.string().optional(),
});

const KeyPairSchema = z.strictObject({
  ...resource,
  name: z.string(),
  publicKey: z.string(),
  fingerprint: z.string(),
  createdAtMs: z.number(),
});

const GroupRuleSchema = z.strictObject({
  id: z.string(),
  isEgress: z.boolean(),
  protocol: z.string(),
  fromPort: z.int().optional(),
  toPort: z.int().optional(),
  /** Exactly one of the three says who is meant. */
  cidrIpv4: z.string().optional(),
  cidrIpv6: z.string().optional(),
  groupId: z.string().optional(),
  description: z.string().optional(),
});

const SecurityGroupSchema = z.strictObject({
  ...resource,
  name: z.string(),
  description: z.string(),
  rules: z.array(GroupRuleSchema),
});

const VolumeSchema = z.strictObject({
  ...resource,
  zone: z.string(),
  sizeGib: z.int(),
  type: z.string(),
  iops: z.int().optional(),
  throughput: z.int().optional(),
  isEncrypted: z.boolean(),
  createdAtMs: z.number(),
  /** The instance that it is attached to, and as what. */
  attachment: z
    .strictObject({ instance: z.string(), device: z.string(), endsWithInstance: z.boolean() })
    .optional(),
});

const AddressSchema = z.strictObject({
  ...resource,
  publicIp: z.string(),
  association: z.strictObject({ id: z.string(), instance: z.string() }).optional(),
});

/** Something that the cloud does wrong, as `parseMisdeed` reads it, and how many times it still does. */
const StoredMisdeedSchema = z.strictObject({ spec: z.string(), left: z.int().optional() });

/** What is left of a bucket of tokens, and when that was counted. */
const BucketSchema = z.strictObject({ tokens: z.number(), atMs: z.number() });

const CurrentRecordSchema = z.strictObject({
  version: z.literal(2),
  /** The machines' subnet as `10.77.0.0/20`, and the host number that the next machine tries first. */
  network: z.strictObject({ subnet: z.string(), nextHost: z.int() }).optional(),
  /** Which cloud this one behaves like, for those who do not say so themselves. */
  personality: z.enum(personalityNames).optional(),
  misdeeds: z.array(StoredMisdeedSchema),
  /** The accounts' buckets by `ACCOUNT/BUCKET`; only while calls are throttled. */
  buckets: z.record(z.string(), BucketSchema).optional(),
  instances: z.array(InstanceSchema),
  keyPairs: z.array(KeyPairSchema),
  securityGroups: z.array(SecurityGroupSchema),
  volumes: z.array(VolumeSchema),
  addresses: z.array(AddressSchema),
});

/** The record of the program's first version, which had machines and key pairs only. */
const FirstRecordSchema = z
  .object({
    version: z.literal(1),
    network: z.unknown().optional(),
    misbehaviour: z.strictObject({ boot: z.enum(['normal', 'never-ssh']) }),
    instances: z.array(z.unknown()),
    keyPairs: z.array(z.unknown()),
  })
  .transform(({ network, misbehaviour, instances, keyPairs }) => ({
    ...emptyRecord(),
    ...(network !== undefined && { network }),
    misdeeds: misbehaviour.boot === 'normal' ? [] : [{ spec: misbehaviour.boot }],
    instances,
    keyPairs,
  }));

/** All that a cloud directory remembers, in the one file `record.json`; those of earlier versions are read as of this one. */
export const CloudRecordSchema = z.preprocess((record) => {
  const first = FirstRecordSchema.safeParse(record);
  return first.success ? first.data : record;
}, CurrentRecordSchema);

export type Tag = z.infer<typeof TagSchema>;
export type Instance = z.infer<typeof InstanceSchema>;
export type KeyPair = z.infer<typeof KeyPairSchema>;
export type GroupRule = z.infer<typeof GroupRuleSchema>;
export type SecurityGroup = z.infer<typeof SecurityGroupSchema>;
export type Volume = z.infer<typeof VolumeSchema>;
export type ElasticAddress = z.infer<typeof AddressSchema>;
export type MetadataOptions = z.infer<typeof MetadataOptionsSchema>;
export type CloudRecord = z.infer<typeof CurrentRecordSchema>;

/** The record of a cloud directory in which nothing has happened yet. */
export function emptyRecord(): CloudRecord {
  return {
    version: 2,
    misdeeds: [],
    instances: [],
    keyPairs: [],
    securityGroups: [],
    volumes: [],
    addresses: [],
  };
}
