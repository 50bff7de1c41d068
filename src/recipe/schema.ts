import { z } from 'zod';
import { OnSchema } from '../probes/judge.ts';
import { ProbeSchema } from '../probes/probe.ts';
import { ParamSchema } from './params.ts';
import { PhaseSchema } from './phase-schema.ts';
import { RoleSchema, UseSchema } from './role-schema.ts';
import { DurationSchema, NameSchema, VariableSchema } from './text.ts';
import { checkWanted, wantedFields } from './wanted-schema.ts';

const proofBase = {
  about: z.string().min(1).describe('what it shows, in one line'),
  class: z
    .enum(['read', 'write', 'disruptive'])
    .describe('read: looks only; write: leaves data behind; disruptive: stops something'),
  within: DurationSchema.default(10_000).describe('how long it may take to become true, like 10s'),
  roles: z
    .array(NameSchema)
    .min(1)
    .optional()
    .describe('roles whose nodes it is about, and no others are asked; all when left out'),
};

/** A proof that asks nodes something. */
export const ProbeProofSchema = z
  .strictObject({
    ...proofBase,
    probe: ProbeSchema.describe('what to ask'),
    ...wantedFields,
    on: OnSchema.default('every').describe('which of the nodes must answer so'),
    agree: z
      .boolean()
      .default(false)
      .describe(
        'whether all of them must say the same: what the match captured, else the whole answer',
      ),
  })
  .superRefine(checkWanted);

/** A proof that writes at some nodes and reads at others, perhaps while a service is stopped on another one. */
export const WriteReadProofSchema = z.strictObject({
  ...proofBase,
  stop: z
    .strictObject({
      service: z.string().min(1).describe('name of a service of this recipe'),
      on: z.enum(['first', 'last']).default('last').describe('on which of its nodes'),
      least: z
        .int()
        .min(2)
        .default(2)
        .describe('of how many nodes at least; with fewer nothing is stopped, and nothing shown'),
    })
    .optional()
    .describe('what is stopped before: the other nodes write and read, then it starts again'),
  write: z
    .strictObject({
      command: z.string().min(1).optional().describe('command that writes something'),
      probe: ProbeSchema.optional().describe('in place of a command: a question that writes'),
      on: OnSchema.default('first').describe('where it runs'),
    })
    .refine(saysOnce, 'expected either a command or a probe')
    .describe('what is written'),
  read: z
    .strictObject({
      command: z.string().min(1).optional().describe('command that prints what can be read'),
      probe: ProbeSchema.optional().describe('in place of a command: a question that reads'),
      on: OnSchema.default('others').describe('where it runs'),
      equals: z
        .string()
        .describe('write: the same that the write answered; else this very text, like {{nonce}}'),
    })
    .refine(saysOnce, 'expected either a command or a probe')
    .describe('what must be read afterwards'),
  after: z
    .strictObject({ probe: ProbeSchema.describe('what to ask'), ...wantedFields })
    .superRefine(checkWanted)
    .optional()
    .describe('what the node must show that was stopped, once it serves again'),
});

/** Whether half of a proof that writes and reads says in one way what is done. */
function saysOnce(half: { readonly command?: unknown; readonly probe?: unknown }): boolean {
  return (half.command === undefined) !== (half.probe === undefined);
}

/** What shows that a service works. */
const ProofSchema = z.union([ProbeProofSchema, WriteReadProofSchema]);

/** What the machines of the first formation are recorded as. */
export const foundersValue = 'founders';

const RecordedSchema = z.strictObject({
  scope: z
    .enum(['cluster', 'node'])
    .describe('cluster: one value; node: one for each node, which it keeps for ever'),
  value: z
    .json()
    .describe(
      'founders: ordinal and incarnation of every machine of the first formation; else a template, filled once when the first formation begins (of a node that comes later: before it is first worked on)',
    ),
});

const SecretSchema = z.strictObject({
  bytes: z.int().min(16).max(1024).default(32).describe('how many random bytes'),
  encoding: z.enum(['base64', 'hex']).default('base64').describe('how they are written'),
});

/** A port that clients connect to; over TCP where nothing else is said. */
const ClientPortSchema = z
  .union([z.int(), z.string()], 'expected a port like 2181 or 53/udp')
  .transform((value, context) => {
    const [, digits = '', protocol = 'tcp'] = /^(\d{1,5})(?:\/(tcp|udp))?$/.exec(`${value}`) ?? [];
    const port = Number(digits);
    if (port >= 1 && port <= 65_535 && (protocol === 'tcp' || protocol === 'udp')) {
      return { port, protocol } as const;
    }
    context.addIssue({ code: 'custom', message: 'expected a port like 2181 or 53/udp' });
    return z.NEVER;
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
  uses: z
    .record(NameSchema, UseSchema)
    .default({})
    .describe('other recipes that become part of the cluster, by name'),
  recorded: z
    .record(VariableSchema, RecordedSchema)
    .default({})
    .describe('values that are settled once in the life of a cluster, by name'),
  secrets: z
    .record(VariableSchema, SecretSchema)
    .default({})
    .describe(
      'random values that are made once for a cluster and kept secret, by name; only files with `secret: true` may hold one',
    ),
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
  clientPorts: z
    .array(ClientPortSchema)
    .default([])
    .describe(
      'ports that clients connect to, like 2181 or 53/udp: a profile may open them to the outside',
    ),
  outputs: z
    .record(VariableSchema, z.string())
    .default({})
    .describe('what to tell when it is ready, such as how to connect'),
  notices: z
    .array(z.string())
    .default([])
    .describe(
      'what to tell before anything is changed; one that is empty once it is filled is not told',
    ),
});

/** A whole recipe after its templates were filled. */
export type RecipeDocument = z.infer<typeof RecipeSchema>;

/** The part of a recipe that is read before its templates are, since they may speak of it. */
export const RecipeHeadSchema = RecipeSchema.extend({
  phases: z.unknown().optional(),
  proofs: z.unknown().optional(),
  clientPorts: z.unknown().optional(),
  outputs: z.unknown().optional(),
  notices: z.unknown().optional(),
});

/** The part of a recipe that its templates may speak of. */
export type RecipeHead = z.infer<typeof RecipeHeadSchema>;
