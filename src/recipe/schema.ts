import { z } from 'zod';
import { OnSchema } from '../probes/judge.ts';
import { ProbeSchema } from '../probes/probe.ts';
import { ParamSchema } from './params.ts';
import { RecipeStepSchema } from './step-schema.ts';
import { DurationSchema, NameSchema, RegexSchema, VariableSchema } from './text.ts';

/** What happens to a service in its life, each with its own way of going about it. */
export const lifeEvents = ['first', 'join', 'replace', 'update', 'leave'] as const;

/** One of {@link lifeEvents}. */
export type LifeEvent = (typeof lifeEvents)[number];

/** What must hold before the work goes on. */
export const GateSchema = z.strictObject({
  probe: ProbeSchema.describe('what to ask'),
  match: RegexSchema.optional().describe(
    'regular expression that the answer must match; without one any answer will do',
  ),
  on: OnSchema.default('every').describe('which of the nodes must answer so'),
  within: DurationSchema.default(60_000).describe('how long to wait for it, like 60s'),
});

/** Which nodes of a life event come last. */
export const OrderSchema = z.strictObject({
  probe: ProbeSchema.describe('what to ask every node'),
  last: RegexSchema.describe('nodes whose answer matches this come last'),
});

const EventSchema = z
  .strictObject({
    mode: z.enum(['batched', 'serial']).describe('all at once (or batch by batch), or one by one'),
    batch: z
      .union([
        z.int().min(1),
        z.string().regex(/^([1-9]\d?|100)%$/, 'expected a number of nodes or N%'),
      ])
      .optional()
      .describe('how many nodes at once, as a number or a percentage; all when left out'),
    order: OrderSchema.optional().describe('which nodes come last, such as the leader'),
    command: z
      .string()
      .min(1)
      .optional()
      .describe('a command that runs once on each node of this event, before its service starts'),
    gate: GateSchema.optional().describe("what must hold afterwards, in place of the phase's gate"),
  })
  .refine((event) => event.mode === 'batched' || event.batch === undefined, {
    path: ['batch'],
    message: 'batch is only for mode: batched',
  });

const ServiceSchema = z.strictObject({
  name: z.string().min(1).describe('name of the systemd service'),
  inputs: z
    .array(NameSchema)
    .optional()
    .describe(
      'phases whose changes make a restart necessary; its own and all earlier ones when left out',
    ),
  onChange: z
    .enum(['restart', 'reload', 'none'])
    .default('restart')
    .describe('what to do when the inputs have changed'),
  quorum: z
    .enum(['majority'])
    .optional()
    .describe(
      'how many of its nodes must serve so that the service works; needs a gate, which tells who serves',
    ),
  version: z
    .string()
    .min(1)
    .optional()
    .describe('a command that prints the version of what is installed, for `status`'),
});

/** One phase: steps on nodes, and at most one service that they lead up to. */
export const PhaseSchema = z.strictObject({
  bake: z.boolean().default(false).describe('whether an image may be made after this phase'),
  roles: z.array(NameSchema).min(1).optional().describe('roles it concerns; all when left out'),
  steps: z
    .array(RecipeStepSchema)
    .default([])
    .describe('what must be true on each node, in this order'),
  service: ServiceSchema.optional().describe(
    'the service that this phase starts and keeps current',
  ),
  first: EventSchema.optional().describe('how the founders of a new ensemble start'),
  join: EventSchema.optional().describe('how new nodes join a running ensemble'),
  replace: EventSchema.optional().describe('how a new machine takes the place of a lost one'),
  update: EventSchema.optional().describe('how a change reaches running nodes'),
  leave: EventSchema.optional().describe('how nodes leave'),
  gate: GateSchema.optional().describe('what must hold before the next batch or phase starts'),
});

const proofBase = {
  about: z.string().min(1).describe('what it shows, in one line'),
  class: z
    .enum(['read', 'write', 'disruptive'])
    .describe('read: looks only; write: leaves data behind; disruptive: stops something'),
  within: DurationSchema.default(10_000).describe('how long it may take to become true, like 10s'),
};

/** A proof that asks nodes something. */
export const ProbeProofSchema = z.strictObject({
  ...proofBase,
  probe: ProbeSchema.describe('what to ask'),
  match: RegexSchema.optional().describe('regular expression that the answer must match'),
  on: OnSchema.default('every').describe('which of the nodes must answer so'),
});

/** A proof that writes at some nodes and reads at others. */
export const WriteReadProofSchema = z.strictObject({
  ...proofBase,
  write: z
    .strictObject({
      command: z.string().min(1).describe('command that writes something'),
      on: OnSchema.default('first').describe('where it runs'),
    })
    .describe('what is written'),
  read: z
    .strictObject({
      command: z.string().min(1).describe('command that prints what can be read'),
      on: OnSchema.default('others').describe('where it runs'),
      equals: z.string().describe('write: the same that the write printed; else this very text'),
    })
    .describe('what must be read afterwards'),
});

/** What shows that a service works. */
const ProofSchema = z.union([ProbeProofSchema, WriteReadProofSchema]);

/** A group of nodes. */
export const RoleSchema = z
  .strictObject({
    count: z
      .int()
      .min(1)
      .default(1)
      .describe('how many nodes, unless somebody asks for another number'),
    odd: z
      .boolean()
      .default(false)
      .describe('whether only odd numbers make sense, as for a quorum'),
    min: z.int().min(1).default(1).describe('fewest nodes'),
    max: z.int().min(1).optional().describe('most nodes'),
  })
  .refine(({ count, odd }) => !odd || count % 2 === 1, {
    path: ['count'],
    message: 'expected an odd number',
  })
  .refine(({ count, min, max }) => count >= min && count <= (max ?? count), {
    path: ['count'],
    message: 'expected a number from min to max',
  });

const RecordedSchema = z.strictObject({
  scope: z.literal('cluster').describe('whom it belongs to'),
  value: z
    .literal('founders')
    .describe('founders: ordinal and incarnation of every machine of the first formation'),
});

/** A whole recipe as `recipes/NAME.yml` holds it, after its templates were filled. */
export const RecipeSchema = z.strictObject({
  recipe: NameSchema.describe("the recipe's name, the same as its file's"),
  about: z.string().min(1).describe('what you get, in one line'),
  supports: z
    .array(z.string().regex(/^[a-z]+-[0-9.]+$/, 'expected a system like debian-12'))
    .min(1)
    .describe('systems that it was made for, like debian-12'),
  params: z
    .record(VariableSchema, ParamSchema)
    .default({})
    .describe('what can be set with --set, by name'),
  roles: z
    .record(NameSchema, RoleSchema)
    .refine((roles) => Object.keys(roles).length > 0, 'expected at least one role')
    .describe('groups of nodes, by name'),
  recorded: z
    .record(VariableSchema, RecordedSchema)
    .default({})
    .describe('values that are settled once in the life of a cluster, by name'),
  phases: z
    .array(
      z
        .record(NameSchema, PhaseSchema)
        .refine(
          (phase) => Object.keys(phase).length === 1,
          'expected one phase: its name, then its work',
        ),
    )
    .min(1)
    .describe('the work, in order; each entry is one name with its phase'),
  proofs: z.array(ProofSchema).default([]).describe('what shows that it works'),
  outputs: z
    .record(VariableSchema, z.string())
    .default({})
    .describe('what to tell when it is ready, such as how to connect'),
});

/** A whole recipe after its templates were filled. */
export type RecipeDocument = z.infer<typeof RecipeSchema>;

/** The part of a recipe that is read before its templates are, since they may speak of it. */
export const RecipeHeadSchema = RecipeSchema.extend({
  phases: z.unknown().optional(),
  proofs: z.unknown().optional(),
  outputs: z.unknown().optional(),
});

/** The part of a recipe that its templates may speak of. */
export type RecipeHead = z.infer<typeof RecipeHeadSchema>;
