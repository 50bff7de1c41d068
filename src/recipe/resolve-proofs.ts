import type { On } from '../probes/judge.ts';
import type { Probe } from '../probes/probe.ts';
import type { YamlPath } from '../yaml/parse.ts';
import { valueAt } from '../yaml/value-at.ts';
import { filled, filledFields } from './filled.ts';
import type { ProofSummary, Recipe } from './recipe.ts';
import type { Placed } from './resolve.ts';
import { ProbeProofSchema, WriteReadProofSchema } from './schema.ts';
import type { ProofScope, Scopes } from './scope.ts';

/** One proof, filled for one cluster. */
export type Proof = ProbeProof | WriteReadProof;

/** A proof that asks nodes something. */
export interface ProbeProof extends ProofSummary {
  readonly kind: 'probe';
  /** The probe as it is asked at the node, which must hold a role of the recipe. */
  readonly probeAt: (node: Placed) => Probe;
  /** Regular expression that the answer must match; any answer will do without one. */
  readonly match: string | undefined;
  readonly on: On;
  readonly withinMs: number;
}

/** A proof that writes at some nodes and reads at others. */
export interface WriteReadProof extends ProofSummary {
  readonly kind: 'write-read';
  readonly withinMs: number;
  readonly write: { readonly on: On; readonly commandAt: (node: Placed) => string };
  readonly read: {
    readonly on: On;
    readonly commandAt: (node: Placed) => string;
    /** What must be read: what the write printed, or this text. */
    readonly equals: { readonly kind: 'write' } | { readonly kind: 'text'; readonly text: string };
  };
}

/**
 * The recipe's proofs in their order.
 *
 * @throws {SourceError} when what a template gave is not valid; so may `probeAt` and `commandAt`
 */
export function resolveProofs(recipe: Recipe, scopes: Scopes<ProofScope>): readonly Proof[] {
  return recipe.proofs.map((summary, index) => {
    const path = ['proofs', index];
    const isProbe = valueAt(recipe.content.document.value, [...path, 'probe']) !== undefined;
    return isProbe
      ? probeProof(recipe, path, summary, scopes)
      : writeReadProof(recipe, path, summary, scopes);
  });
}

function probeProof(
  recipe: Recipe,
  path: YamlPath,
  summary: ProofSummary,
  scopes: Scopes<ProofScope>,
): ProbeProof {
  const { probe, match, on, within } = ProbeProofSchema.shape;
  const fields = filledFields(recipe, path, { match, on, within }, scopes.cluster);
  return {
    kind: 'probe',
    ...summary,
    match: fields.match,
    on: fields.on,
    withinMs: fields.within,
    probeAt: ({ ordinal }) => filled(recipe, [...path, 'probe'], probe, scopes.at(ordinal)),
  };
}

function writeReadProof(
  recipe: Recipe,
  path: YamlPath,
  summary: ProofSummary,
  scopes: Scopes<ProofScope>,
): WriteReadProof {
  const { write, read, within } = WriteReadProofSchema.shape;
  const commandAt =
    (half: 'write' | 'read') =>
    ({ ordinal }: Placed) =>
      filled(recipe, [...path, half, 'command'], write.shape.command, scopes.at(ordinal));
  const writing = filledFields(recipe, [...path, 'write'], { on: write.shape.on }, scopes.cluster);
  const { on, equals } = read.shape;
  const reading = filledFields(recipe, [...path, 'read'], { on, equals }, scopes.cluster);
  return {
    kind: 'write-read',
    ...summary,
    withinMs: filledFields(recipe, path, { within }, scopes.cluster).within,
    write: { on: writing.on, commandAt: commandAt('write') },
    read: {
      on: reading.on,
      commandAt: commandAt('read'),
      equals:
        reading.equals === 'write' ? { kind: 'write' } : { kind: 'text', text: reading.equals },
    },
  };
}
