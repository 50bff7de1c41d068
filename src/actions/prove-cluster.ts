import { randomBytes } from 'node:crypto';
import { DeployerError, toDeployerError } from '../errors.ts';
import type { ClusterModel } from '../plan/model.ts';
import type { Judgement } from '../probes/judge.ts';
import type { Component } from '../recipe/composition.ts';
import {
  type DisruptiveProof,
  isDisruptive,
  type Proof,
  resolveProofs,
} from '../recipe/resolve-proofs.ts';
import { componentScopes } from '../recipe/scope.ts';
import { type AskedNode, askUntil } from './ask-nodes.ts';
import type { ActionContext } from './context.ts';
import { proveStopped } from './prove-stopped.ts';
import { writeAndRead } from './write-and-read.ts';

/** How long a node that is asked just once may take, in milliseconds: somebody waits for what the others answer. */
export const onceMs = 2_500;

/** What a proof showed. */
export interface ProofResult {
  readonly about: string;
  readonly class: Proof['class'];
  readonly ok: boolean;
  readonly detail: string;
}

/** Which proofs are run, and how. */
export interface Proving {
  readonly classes: readonly ('read' | 'write')[];
  /** Whether each may take the time that the recipe gives it to become true; else it is asked once. */
  readonly patient: boolean;
  /** Whether disruptive proofs are run, too; they are not unless said. */
  readonly disruptive?: boolean;
}

/**
 * Runs the recipe's proofs of the given classes, one after the other where they may take their time, else all at once;
 * none of them throws for a negative answer. Disruptive ones come last, one at a time, once all others have held.
 */
export async function proveCluster(
  model: ClusterModel,
  nodes: readonly AskedNode[],
  { classes, patient, disruptive: stops = false }: Proving,
  context: ActionContext,
): Promise<readonly ProofResult[]> {
  const { emit, clock } = context;
  const startedMs = clock.monotonicMs();
  const nonce = randomBytes(8).toString('hex');
  const components = model.composition.components.map((component) => {
    const scopes = componentScopes(component, model.composition, model, { nonce });
    const own = nodes.filter(({ scope }) => scopes.holds(scope.ordinal));
    const proofs = resolveProofs(component.recipe, scopes)
      .map((proof) => ({ ...proof, about: aboutIn(model, component, proof.about) }))
      .map((proof) => (patient ? proof : { ...proof, withinMs: 0, attemptMs: onceMs }));
    const isCalm = (proof: Proof) => classes.some((each) => each === proof.class);
    return { own, calm: proofs.filter(isCalm), disruptive: proofs.filter(isDisruptive) };
  });
  emit({ type: 'phase-started', phase: 'prove', nodes: [] });
  // What different recipes have to show is independent.
  const proven = await Promise.all(
    components.map(({ own, calm }) => proveAll(calm, own, patient, context)),
  );
  const results = proven.flat();
  for (const { own, disruptive } of stops ? components : []) {
    for (const proof of disruptive) {
      const doubts = results.filter((result) => !result.ok);
      results.push(
        await judged(proof, context, () =>
          doubts.length > 0
            ? { ok: false, detail: 'not tried: not everything works as it is' }
            : disrupt(proof, own, model, context),
        ),
      );
    }
  }
  const done = results.filter((result) => result.ok).length;
  const ms = clock.monotonicMs() - startedMs;
  const { length: total } = results;
  emit({ type: 'phase-ended', phase: 'prove', ok: done === total, done, total, ms, detail: '' });
  return results;
}

async function proveAll(
  proofs: readonly Proof[],
  nodes: readonly AskedNode[],
  patient: boolean,
  context: ActionContext,
): Promise<readonly ProofResult[]> {
  const prove = (proof: Proof) => judged(proof, context, () => evaluate(proof, nodes, context));
  if (!patient) return Promise.all(proofs.map(prove));
  const results: ProofResult[] = [];
  for (const proof of proofs) results.push(await prove(proof));
  return results;
}

/** In a cluster of several recipes each proof says whose it is. */
function aboutIn({ composition }: ClusterModel, { recipe }: Component, about: string): string {
  return composition.components.length === 1 ? about : `${recipe.name}: ${about}`;
}

async function judged(
  proof: Proof,
  context: ActionContext,
  evaluation: () => Judgement | Promise<Judgement>,
): Promise<ProofResult> {
  const startedMs = context.clock.monotonicMs();
  const { ok, detail } = await evaluation();
  const ms = context.clock.monotonicMs() - startedMs;
  const result = { about: proof.about, class: proof.class, ok, detail };
  context.emit({ type: 'proof-ended', ...result, ms });
  return result;
}

function evaluate(proof: Proof, nodes: readonly AskedNode[], context: ActionContext) {
  const concerned = nodes.filter(({ scope }) => proof.concerns(scope));
  return proof.kind === 'probe'
    ? askUntil(proof, concerned, context)
    : writeAndRead(proof, concerned, context);
}

async function disrupt(
  proof: DisruptiveProof,
  nodes: readonly AskedNode[],
  model: ClusterModel,
  site: ActionContext,
): Promise<Judgement> {
  const concerned = nodes.filter(({ scope }) => proof.concerns(scope));
  try {
    return await proveStopped(proof, concerned, model, site);
  } catch (error) {
    site.signal.throwIfAborted();
    return { ok: false, detail: toDeployerError(error).message };
  }
}

/** @throws {DeployerError} `not-proven` naming what the cluster failed to show */
export function assertProven(cluster: string, proofs: readonly ProofResult[]): void {
  const failed = proofs.filter((proof) => !proof.ok);
  if (failed.length === 0) return;
  throw new DeployerError('not-proven', `${cluster} is running but not proven to work`, {
    excerpt: failed.map(({ about, detail }) => `${about}: ${detail}`).join('\n'),
    hint: 'Look at the nodes with the `status` and `logs` operations.',
  });
}
