import { z } from 'zod';

/** The version of the snapshot's format that this program writes. */
export const snapshotVersion = 1;

const Ordinal = z.int().positive();

const SnapshotNodeSchema = z.strictObject({
  ordinal: Ordinal,
  /** Counts the machines that have held this ordinal, from 1. */
  incarnation: z.int().positive(),
  roles: z.array(z.string()),
  /** The cloud's id of the machine; null while none was launched or it is gone. */
  instanceId: z.string().nullable(),
});

const MachineSchema = z.strictObject({ ordinal: Ordinal, incarnation: z.int().positive() });

const QuestionSchema = z.strictObject({
  match: z.string().nullable(),
  times: z.int().optional(),
  lines: z.string().optional(),
  /** By ordinal. */
  probes: z.record(z.string(), z.json()),
});

/** What is remembered of a cluster between runs; the cloud's tags and the nodes remain the truth. */
export const ClusterSnapshotSchema = z.strictObject({
  version: z.literal(snapshotVersion),
  /** Grows with every write. */
  serial: z.int().positive(),
  /** The cluster's random identity, as in every tag; never changes while the cluster lives. */
  uid: z.string().min(1),
  cluster: z.string().min(1),
  recipe: z.string().min(1),
  profile: z.string().min(1),
  /** Which cloud its machines are on, in words; the same words each time. */
  cloud: z.string().min(1),
  /** Whose machines they are, as the cloud names the account; missing where it does not tell. */
  account: z.string().optional(),
  /** When the cluster was first asked for, ISO 8601. */
  createdAt: z.iso.datetime(),
  /** What machines start from, once it was found: those that come later start from the same. */
  image: z
    .strictObject({
      /** What the profile asked for then. */
      wish: z.string(),
      id: z.string(),
      /** Who logs in where the profile does not say. */
      username: z.string().nullable(),
    })
    .optional(),
  /** Who may reach its machines, as that was wished last; missing until some were launched. */
  network: z
    .strictObject({
      groupIds: z.array(z.string()).readonly(),
      subnetIds: z.array(z.string()).readonly(),
      sshFrom: z.array(z.string()).readonly(),
      clientsFrom: z.array(z.string()).readonly(),
      clientPorts: z
        .array(z.strictObject({ port: z.int().positive(), protocol: z.enum(['tcp', 'udp']) }))
        .readonly(),
    })
    .optional(),
  /** The last applied request, used again when a run says nothing else. */
  request: z.strictObject({
    count: z.int().positive(),
    /** Parameters that were set explicitly; defaults are the recipe's. */
    params: z.record(z.string(), z.json()),
  }),
  /**
   * By service: how its nodes are asked whether they serve and who comes last, for every configuration that a node may
   * be running with. One each, unless a change has not reached all nodes yet; the newest last.
   */
  questions: z.record(
    z.string(),
    z.array(
      z.strictObject({ serving: QuestionSchema.nullable(), last: QuestionSchema.nullable() }),
    ),
  ),
  /** Whether a run began to change nodes and has not brought all of them through. */
  unfinished: z.boolean(),
  nodes: z.array(SnapshotNodeSchema),
  /** What was settled when the first formation began, and is never computed again. */
  recorded: z.object({
    /** By recipe: empty until the first formation begins. */
    components: z
      .record(
        z.string(),
        z.strictObject({
          founders: z.array(MachineSchema),
          /** By name in the recipe. */
          values: z.record(z.string(), z.json()),
          /** By name in the recipe, then by ordinal. */
          nodes: z.record(z.string(), z.record(z.string(), z.json())),
        }),
      )
      .default({}),
    /** Parameters that may not change any more, by their name in the cluster. */
    fixed: z.record(z.string(), z.json()).default({}),
    /** Secrets that were made, as RECIPE.NAME; missing where an earlier version of the program wrote last. */
    secrets: z.array(z.string()).optional(),
  }),
  /** By service whose `first` has completed: the machines that are its members and know each other. */
  formed: z.record(
    z.string(),
    /** The address is missing where nobody has kept it. */
    z.array(MachineSchema.extend({ address: z.string().optional() })),
  ),
});

/** A cluster as remembered between runs. */
export type ClusterSnapshot = z.infer<typeof ClusterSnapshotSchema>;

/** What a caller writes: all of a snapshot but what the store adds. */
export type SnapshotContent = Omit<ClusterSnapshot, 'version' | 'serial'>;
