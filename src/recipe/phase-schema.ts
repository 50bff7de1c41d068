import { z } from 'zod';
import { OnSchema } from '../probes/judge.ts';
import { ProbeSchema } from '../probes/probe.ts';
import { RecipeStepSchema } from './step-schema.ts';
import { DurationSchema, NameSchema, RegexSchema } from './text.ts';
import { checkWanted, TimesSchema, wantedFields } from './wanted-schema.ts';

/** What happens to a service in its life, each with its own way of going about it. */
export const lifeEvents = ['first', 'join', 'replace', 'update', 'leave'] as const;

/** One of {@link lifeEvents}. */
export type LifeEvent = (typeof lifeEvents)[number];

/** What must hold before the work goes on. */
export const GateSchema = z
  .strictObject({
    probe: ProbeSchema.describe('what to ask'),
    ...wantedFields,
    on: OnSchema.default('every').describe('which of the nodes must answer so'),
    within: DurationSchema.default(60_000).describe('how long to wait for it, like 60s'),
    progress: ProbeSchema.optional().describe(
      'what to ask of the nodes meanwhile, to show how far they are',
    ),
  })
  .superRefine(checkWanted);

/** Which nodes of a life event come last. */
export const OrderSchema = z.strictObject({
  probe: ProbeSchema.describe('what to ask every node'),
  last: RegexSchema.describe('nodes whose answer matches this come last'),
  times: TimesSchema,
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
    settled: GateSchema.optional().describe(
      'what all members must show once the nodes of a turn have passed the gate, before the next turn',
    ),
  })
  .refine((event) => event.mode === 'batched' || event.batch === undefined, {
    path: ['batch'],
    message: 'batch is only for mode: batched',
  });

const QuorumSchema = z.union(
  [z.literal('majority'), z.strictObject({ allBut: z.int().min(1) })],
  'expected majority or {allBut: N}',
);

/** How many nodes of a service must serve: more than half of them, or all but so many. */
export type QuorumRule = z.infer<typeof QuorumSchema>;

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
  reloads: z
    .array(NameSchema)
    .default([])
    .describe('phases whose changes the service takes in by a reload, without a restart'),
  quorum: QuorumSchema.optional().describe(
    'how many of its nodes must serve so that the service works: more than half, or all but N; needs a gate, which tells who serves',
  ),
  voters: NameSchema.optional().describe(
    'role of the nodes that count for the quorum; all that run the service when left out',
  ),
  membership: z
    .enum(['static', 'dynamic'])
    .default('static')
    .describe(
      'static: members know each other by their configuration only, so those that join may never outvote those that hold the data; dynamic: the service itself takes new members in',
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
