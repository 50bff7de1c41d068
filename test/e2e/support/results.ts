import { z } from 'zod';

const ProofSchema = z.strictObject({
  about: z.string(),
  class: z.enum(['read', 'write', 'disruptive']),
  ok: z.boolean(),
  detail: z.string(),
});

const common = {
  version: z.literal(1),
  operation: z.string(),
  ok: z.boolean(),
  cluster: z.string(),
};

/** What `create --json` prints. */
export const CreateResultSchema = z.strictObject({
  ...common,
  run: z.string(),
  changed: z.boolean(),
  ms: z.number(),
  nodes: z.array(z.strictObject({ name: z.string(), address: z.string() })),
  proofs: z.array(ProofSchema),
  outputs: z.record(z.string(), z.string()),
  calls: z.record(z.string(), z.number()),
});

/** What `status --json` prints: exactly these fields. */
export const StatusResultSchema = z.strictObject({
  ...common,
  recipe: z.string(),
  profile: z.string(),
  nodes: z.array(
    z.strictObject({
      name: z.string(),
      ordinal: z.number(),
      roles: z.array(z.string()),
      instanceId: z.string().nullable(),
      address: z.string().nullable(),
      publicAddress: z.string().nullable(),
      state: z.string(),
      healthy: z.boolean(),
      services: z.array(
        z.strictObject({ name: z.string(), active: z.string(), version: z.string().nullable() }),
      ),
      detail: z.string(),
    }),
  ),
  services: z.array(
    z.strictObject({
      name: z.string(),
      recipe: z.string(),
      nodes: z.number(),
      active: z.number(),
      versions: z.array(z.string()),
    }),
  ),
  proofs: z.array(ProofSchema),
  outputs: z.record(z.string(), z.string()),
});

/** What `prove --json` prints. */
export const ProveResultSchema = z.strictObject({
  ...common,
  ms: z.number(),
  proofs: z.array(ProofSchema),
});

/** What `execute --json` prints. */
export const ExecuteResultSchema = z.strictObject({
  ...common,
  nodes: z.array(
    z.strictObject({
      node: z.string(),
      code: z.number().nullable(),
      signal: z.string().nullable(),
      stdout: z.string(),
      stderr: z.string(),
      error: z.string().nullable(),
    }),
  ),
});

/** What `ssh-config --json` prints. */
export const SshConfigResultSchema = z.strictObject({
  ...common,
  hosts: z.array(
    z.strictObject({
      host: z.string(),
      settings: z.array(z.tuple([z.string(), z.string()])),
    }),
  ),
  absent: z.array(z.strictObject({ node: z.string(), why: z.string() })),
  config: z.string(),
  file: z.string().nullable(),
});

/** What `logs --json` prints. */
export const LogsResultSchema = z.strictObject({
  ...common,
  nodes: z.array(z.strictObject({ node: z.string(), lines: z.array(z.string()) })),
});

/** What `destroy --json` prints. */
export const DoctorResultSchema = z.strictObject({
  version: z.literal(1),
  operation: z.literal('doctor'),
  ok: z.boolean(),
  checks: z.array(
    z.strictObject({
      about: z.string(),
      ok: z.boolean(),
      detail: z.string(),
      hint: z.string().optional(),
    }),
  ),
});

export const DestroyResultSchema = z.strictObject({
  ...common,
  ms: z.number(),
  removed: z.array(z.strictObject({ kind: z.string(), id: z.string() })),
  kept: z.array(z.string()),
});

const FileChangeSchema = z.strictObject({
  path: z.string(),
  diff: z.string().nullable(),
  detail: z.string(),
  phase: z.string(),
});

/** What `plan --json` prints, and `plan --out` writes. */
export const PlanResultSchema = z.strictObject({
  ...common,
  hash: z.string(),
  summary: z.string(),
  changes: z.number(),
  machines: z.array(
    z.strictObject({
      ordinal: z.number(),
      name: z.string(),
      action: z.enum(['launch', 'replace', 'start']),
      reason: z.string(),
    }),
  ),
  nodes: z.array(
    z.strictObject({
      name: z.string(),
      ordinal: z.number(),
      files: z.array(FileChangeSchema),
      packages: z.array(z.strictObject({ name: z.string(), phase: z.string() })),
      others: z.array(z.strictObject({ title: z.string(), detail: z.string(), phase: z.string() })),
      restarts: z.array(
        z.strictObject({
          service: z.string(),
          action: z.enum(['start', 'restart', 'reload']),
          reason: z.string(),
        }),
      ),
      unknown: z.string().nullable(),
    }),
  ),
  order: z.array(
    z.strictObject({
      service: z.string(),
      event: z.enum(['first', 'repair', 'replace', 'join', 'update']),
      nodes: z.array(z.string()),
      atOnce: z.number(),
      last: z.array(z.string()),
    }),
  ),
  phases: z.array(z.string()),
  recorded: z.record(
    z.string(),
    z.strictObject({
      founders: z.array(z.strictObject({ ordinal: z.number(), incarnation: z.number() })),
      values: z.record(z.string(), z.json()),
      nodes: z.record(z.string(), z.record(z.string(), z.json())),
    }),
  ),
  refusal: z
    .strictObject({ code: z.string(), message: z.string(), hint: z.string().nullable() })
    .nullable(),
  goal: z.number().nullable(),
  request: z.strictObject({
    recipe: z.string(),
    profile: z.string().optional(),
    name: z.string().optional(),
    count: z.number().optional(),
    parameters: z.record(z.string(), z.string()),
    replace: z.array(z.string()),
  }),
});

/** What `drift --json` prints. */
export const DriftResultSchema = z.strictObject({
  ...common,
  drifted: z.boolean(),
  machines: z.array(z.strictObject({ ordinal: z.number(), name: z.string(), detail: z.string() })),
  nodes: z.array(
    z.strictObject({
      name: z.string(),
      ordinal: z.number(),
      items: z.array(
        z.strictObject({
          kind: z.string(),
          what: z.string(),
          detail: z.string(),
          diff: z.string().nullable(),
        }),
      ),
      unknown: z.string().nullable(),
    }),
  ),
});
