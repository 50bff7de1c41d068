import type { On } from '../probes/judge.ts';
import type { Wanted } from '../probes/match.ts';
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

interface ProofBase extends ProofSummary {
  readonly withinMs: number;
  /** Whether the proof is about `node`; the others are not asked. */
  readonly concerns: (node: Placed) => boolean;
}

/** A proof that asks nodes something. */
export interface ProbeProof extends ProofBase, Wanted {
  readonly kind: 'probe';
  /** The probe as it is asked at the node, which must hold a role of the recipe. */
  readonly probeAt: (node: Placed) => Probe;
  readonly on: On;
  /** Whether all that answer as wished must say the same. */
  readonly agree: boolean;
}

/** A proof that writes at some nodes and reads at others. */
export interface WriteReadProof extends ProofBase {
  readonly kind: 'write-read';
  /** What is stopped meanwhile; undefined where nothing is. */
  readonly stop: Stop | undefined;
  readonly write: { readonly on: On; readonly probeAt: (node: Placed) => Probe };
  readonly read: {
    readonly on: On;
    readonly probeAt: (node: Placed) => Probe;
    /** What must be read: what the write answered, or this text. */
    readonly equals: { readonly kind: 'write' } | { readonly kind: 'text'; readonly text: string };
  };
}

/** A proof that stops a service for a while. */
export type DisruptiveProof = WriteReadProof & { readonly stop: Stop };

/** Whether a proof stops something. */
export function isDisruptive<P extends Proof>(proof: P): proof is P & DisruptiveProof {
  return proof.kind === 'write-read' && proof.stop !== undefined;
}

/** A service that is stopped on one of its nodes, while the others write and read. */
export interface Stop {
  readonly service: string;
  readonly on: 'first' | 'last';
  /** How many nodes must hold it, those that go on and the one that is stopped. */
  readonly least: number;
  /** What the node must show once it serves again. */
  readonly after: (Wanted & { readonly probeAt: (node: Placed) => Probe }) | undefined;
}

/**
 * The recipe's proofs in their order.
 *
 * @throws {SourceError} when what a template gave is not valid; so may `probeAt`
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
  const { probe, match, times, lines, on, agree, within, roles } = ProbeProofSchema.shape;
  const asked = { match, times, lines, on, agree, within, roles };
  const fields = filledFields(recipe, path, asked, scopes.cluster);
  return {
    kind: 'probe',
    ...summary,
    match: fields.match,
    times: fields.times,
    lines: fields.lines,
    on: fields.on,
    agree: fields.agree,
    withinMs: fields.within,
    concerns: holdsOneOf(fields.roles, scopes),
    probeAt: ({ ordinal }) => filled(recipe, [...path, 'probe'], probe, scopes.at(ordinal)),
  };
}

function writeReadProof(
  recipe: Recipe,
  path: YamlPath,
  summary: ProofSummary,
  scopes: Scopes<ProofScope>,
): WriteReadProof {
  const { write, read, within, roles } = WriteReadProofSchema.shape;
  const fields = filledFields(recipe, path, { within, roles }, scopes.cluster);
  const writing = filledFields(recipe, [...path, 'write'], { on: write.shape.on }, scopes.cluster);
  const { on, equals } = read.shape;
  const reading = filledFields(recipe, [...path, 'read'], { on, equals }, scopes.cluster);
  const probeAt =
    (half: 'write' | 'read') =>
    ({ ordinal }: Placed) =>
      probeOf(filledFields(recipe, [...path, half], askingFields, scopes.at(ordinal)));
  return {
    kind: 'write-read',
    ...summary,
    withinMs: fields.within,
    concerns: holdsOneOf(fields.roles, scopes),
    stop: stopOf(recipe, path, scopes),
    write: { on: writing.on, probeAt: probeAt('write') },
    read: {
      on: reading.on,
      probeAt: probeAt('read'),
      equals:
        reading.equals === 'write' ? { kind: 'write' } : { kind: 'text', text: reading.equals },
    },
  };
}

function stopOf(recipe: Recipe, path: YamlPath, scopes: Scopes<ProofScope>): Stop | undefined {
  const { stop, after } = WriteReadProofSchema.shape;
  const stopped = filled(recipe, [...path, 'stop'], stop, scopes.cluster);
  if (stopped === undefined) return undefined;
  const at = [...path, 'after'];
  const asked = after.unwrap().shape;
  if (valueAt(recipe.content.document.value, at) === undefined)
    return { ...stopped, after: undefined };
  const { match, times, lines } = asked;
  const wanted = filledFields(recipe, at, { match, times, lines }, scopes.cluster);
  const probeAt = ({ ordinal }: Placed) =>
    filled(recipe, [...at, 'probe'], asked.probe, scopes.at(ordinal));
  return { ...stopped, after: { ...wanted, probeAt } };
}

/** How half of a proof that writes and reads says what is done. */
const { command, probe } = WriteReadProofSchema.shape.write.shape;
const askingFields = { command, probe };

/** A half has either; the schema has seen to that. */
function probeOf(half: {
  readonly command?: string | undefined;
  readonly probe?: Probe | undefined;
}): Probe {
  return half.probe ?? { command: half.command ?? 'false' };
}

function holdsOneOf(
  roles: readonly string[] | undefined,
  scopes: Scopes<ProofScope>,
): (node: Placed) => boolean {
  return ({ ordinal }) =>
    roles === undefined || scopes.at(ordinal).node.roles.some((role) => roles.includes(role));
}
