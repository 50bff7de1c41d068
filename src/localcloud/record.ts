import { z } from 'zod';

const TagSchema = z.strictObject({ key: z.string(), value: z.string() });

const InstanceSchema = z.strictObject({
  id: z.string(),
  account: z.string(),
  reservation: z.string(),
  launchIndex: z.int(),
  image: z.string(),
  type: z.string(),
  keyName: z.string().optional(),
  /** The public keys that may log in, in authorized_keys form. */
  publicKeys: z.array(z.string()),
  address: z.string(),
  /** What the machine should be; what it is gets observed. */
  want: z.enum(['running', 'stopped', 'terminated']),
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
  tags: z.array(TagSchema),
});

const KeyPairSchema = z.strictObject({
  id: z.string(),
  account: z.string(),
  name: z.string(),
  publicKey: z.string(),
  fingerprint: z.string(),
  createdAtMs: z.number(),
  tags: z.array(TagSchema),
});

/** What the cloud can be told to do wrong. */
const MisbehaviourSchema = z.strictObject({
  /** `never-ssh`: machines launched from now on boot without a reachable sshd. */
  boot: z.enum(['normal', 'never-ssh']),
});

/** All that a cloud directory remembers, in the one file `record.json`. */
export const CloudRecordSchema = z.strictObject({
  version: z.literal(1),
  /** The machines' subnet as `10.77.0.0/20`, and the host number that the next machine tries first. */
  network: z.strictObject({ subnet: z.string(), nextHost: z.int() }).optional(),
  misbehaviour: MisbehaviourSchema,
  instances: z.array(InstanceSchema),
  keyPairs: z.array(KeyPairSchema),
});

export type Tag = z.infer<typeof TagSchema>;
export type Instance = z.infer<typeof InstanceSchema>;
export type KeyPair = z.infer<typeof KeyPairSchema>;
export type Misbehaviour = z.infer<typeof MisbehaviourSchema>;
export type CloudRecord = z.infer<typeof CloudRecordSchema>;

/** The record of a cloud directory in which nothing has happened yet. */
export function emptyRecord(): CloudRecord {
  return { version: 1, misbehaviour: { boot: 'normal' }, instances: [], keyPairs: [] };
}
