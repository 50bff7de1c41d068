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

/** What `logs --json` prints. */
export const LogsResultSchema = z.strictObject({
  ...common,
  nodes: z.array(z.strictObject({ node: z.string(), lines: z.array(z.string()) })),
});

/** What `destroy --json` prints. */
export const DestroyResultSchema = z.strictObject({
  ...common,
  ms: z.number(),
  removed: z.array(z.strictObject({ kind: z.string(), id: z.string() })),
  kept: z.array(z.string()),
});
