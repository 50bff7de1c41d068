import { z } from 'zod';
import { DurationSchema, NameSchema } from '../recipe/text.ts';

/** A login name of a Unix system. */
const UsernameSchema = z.string().regex(/^[a-z_][a-z0-9_-]*$/, 'expected a login name');

const PortSchema = z.int().min(1).max(65_535);

const CidrSchema = z
  .string()
  .regex(/^([0-9.]+\/\d{1,2}|[0-9a-fA-F:.]+\/\d{1,3})$/, 'expected a network like 203.0.113.0/24');

/** One value, or several in the order in which they are tried. */
function oneOrMore<T extends z.ZodType>(schema: T) {
  return z.union([schema.transform((one) => [one]), z.array(schema).min(1)]);
}

const MarketSchema = z.enum(['on-demand', 'spot']);

const ImageSchema = z.union(
  [
    z.string().min(1),
    z.strictObject({
      name: z.string().min(1).describe('name of the image; * stands for anything'),
      owner: z.string().min(1).describe('account that publishes it, like 136693071363 for Debian'),
    }),
    z.strictObject({
      parameter: z
        .string()
        .startsWith('/')
        .describe('public parameter of AWS that names the image'),
    }),
  ],
  "expected an image's id or name, {name, owner} or {parameter}",
);

const DiskSchema = z.strictObject({
  gib: z.int().min(1).describe('size'),
  type: z.string().min(1).optional().describe('kind of volume, like gp3'),
  encrypted: z.boolean().optional().describe('whether the cloud encrypts it'),
});

const ExtraDiskSchema = DiskSchema.extend({
  device: z.string().startsWith('/dev/').describe('device it is attached as, like /dev/sdf'),
});

const NetworkSchema = z.strictObject({
  subnets: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('subnets that machines are spread over; the default ones of the zones when left out'),
  securityGroups: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('groups that exist; a group of its own is made for the cluster when left out'),
  sshFrom: oneOrMore(z.union([CidrSchema, z.literal('me')]))
    .optional()
    .describe('who may log in: networks, or `me`, the address of this computer (the default)'),
  clientsFrom: oneOrMore(z.union([CidrSchema, z.literal('me')]))
    .optional()
    .describe(
      'who may use the ports that the recipe has for clients; only the cluster when left out',
    ),
  publicAddress: z
    .boolean()
    .optional()
    .describe('whether machines get a public address; as the subnet says when left out'),
});

const JumpSchema = z.strictObject({
  host: z.string().min(1).describe('address, or an alias of ~/.ssh/config'),
  port: PortSchema.optional(),
  username: UsernameSchema.optional(),
  key: z.string().min(1).optional().describe('file of its private key'),
});

const HostSchema = z.strictObject({
  address: z.string().min(1).describe('address, name, or an alias of ~/.ssh/config'),
  port: PortSchema.optional(),
  username: UsernameSchema.optional(),
  key: z.string().min(1).optional().describe('file of its private key; the agent when left out'),
  privateAddress: z
    .string()
    .min(1)
    .optional()
    .describe('address that the other machines know it by; `address` when left out'),
  zone: z.string().min(1).optional().describe('what fails together, like a rack'),
});

/** A machine that is there already. */
export type HostDocument = z.infer<typeof HostSchema>;

/** Where a cluster is made. */
export const ProfileSchema = z.strictObject({
  about: z.string().min(1).optional().describe('what the profile is for, in one line'),
  credentials: NameSchema.describe('name of an entry under credentials'),
  image: ImageSchema.optional().describe('image that machines start from'),
  instanceType: oneOrMore(z.string().min(1))
    .optional()
    .describe('type of the machines, their memory and processors; several are tried in this order'),
  size: z
    .strictObject({
      memoryMib: z.int().min(128).describe('memory in MiB'),
      cpus: z.int().min(1).describe('processors'),
    })
    .optional()
    .describe('how big machines of these types are, where the cloud does not tell'),
  username: UsernameSchema.optional().describe(
    'user that machines are logged into as; derived from the image where it is known',
  ),
  count: z
    .int()
    .min(1)
    .optional()
    .describe("how many nodes; the recipe's own number when left out"),
  zones: z
    .array(z.string().min(1))
    .min(1)
    .optional()
    .describe('zones that nodes are spread over, one after the other'),
  market: oneOrMore(MarketSchema)
    .optional()
    .describe('on-demand (the default) or spot; several are tried in this order'),
  network: NetworkSchema.default({}).describe('who may reach the machines'),
  rootDisk: DiskSchema.optional().describe(
    "the disk that machines boot from; the image's own when left out",
  ),
  disks: z.array(ExtraDiskSchema).default([]).describe('more disks for every machine'),
  instanceProfile: z.string().min(1).optional().describe('role that machines have on AWS'),
  protect: z
    .boolean()
    .default(false)
    .describe('ask before machines are removed, and protect them from being ended otherwise'),
  hostKeys: z
    .enum(['console', 'inject', 'pinned', 'strict', 'ca'])
    .optional()
    .describe(
      'how a machine is recognised at first contact: by what its console printed (the local cloud), by a key that it is given (inject, on AWS), trusted once and pinned, by known_hosts (strict), or by a certificate (ca)',
    ),
  knownHosts: z
    .string()
    .min(1)
    .optional()
    .describe('strict: file in the form of known_hosts; ~/.ssh/known_hosts when left out'),
  hostKeyAuthority: z
    .string()
    .min(1)
    .optional()
    .describe('ca: the public key, or a file of it, that signs the keys of machines'),
  via: z
    .union([
      z
        .string()
        .min(1)
        .transform((host) => ({ host })),
      JumpSchema,
    ])
    .optional()
    .describe('host that machines are reached through'),
  hosts: z.array(HostSchema).min(1).optional().describe('machines of your own, with cloud: static'),
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

/** One profile as a file has it. */
export type ProfileDocument = z.infer<typeof ProfileSchema>;
