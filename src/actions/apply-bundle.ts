import type { Timeline } from '../engine/timeline.ts';
import { DeployerError } from '../errors.ts';
import { apply } from '../node/apply.ts';
import type { NodeIdentity } from '../node/identity.ts';
import type { StepStart } from '../node/run-record.ts';
import type { StepAnswer } from '../node/wish.ts';
import { type ClusterModel, hasPlaceholder } from '../plan/model.ts';
import type { Stage, StageNode } from '../plan/stage.ts';
import { stepTitle } from '../plan/step-title.ts';
import { phasesOf } from '../plan/wishes.ts';
import type { NodeScope } from '../recipe/scope.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { bringArtifacts } from './bring-artifacts.ts';
import { journalled } from './journalled.ts';
import type { ReachedNode } from './reach-nodes.ts';
import type { Run } from './run.ts';
import type { SettledArtifacts } from './settle-artifacts.ts';

/** Nodes that can be worked on. */
export interface WorkSite {
  readonly run: Run;
  readonly model: ClusterModel;
  /** What is remembered of the cluster as the work begins. */
  readonly snapshot: ClusterSnapshot;
  /** By ordinal: the nodes that can be worked on. */
  readonly reached: ReadonlyMap<number, ReachedNode>;
  readonly artifacts: SettledArtifacts;
  /** By ordinal: how many bundles the node has applied; changes as bundles are applied. */
  readonly generations: Map<number, number>;
}

/**
 * Sends a node its share of a stage, the artifacts in it first, and follows it to its end.
 * @throws {DeployerError} `step-failed` with what the step said, otherwise as {@link bringArtifacts} and {@link apply}
 */
export async function applyBundle(
  site: WorkSite,
  node: StageNode,
  stage: Stage,
  timeline: Timeline,
): Promise<void> {
  const { run, model, generations } = site;
  const reached = site.reached.get(node.ordinal);
  if (reached === undefined) throw new DeployerError('not-reached', `${node.name} was not reached`);
  if (node.wishes.length === 0) return;
  const scope = model.nodes.find(({ ordinal }) => ordinal === node.ordinal);
  if (scope === undefined) throw new DeployerError('not-planned', `${node.name} is not planned`);
  if (hasPlaceholder(JSON.stringify(node.wishes))) throw unknownAddress(node);
  await bringArtifacts(site, reached, node, timeline);
  const generation = generations.get(node.ordinal) ?? 0;
  const { phases } = stage;
  const bundle = {
    // A node may go through the same phases twice in a run, but never twice in the same generation.
    run: `${run.id}.${phases[0] ?? ''}.${generation}`,
    wishes: node.wishes,
    generation,
    identity: identityOf(run, model, scope),
    phases: phasesOf(model, scope).map(({ name }) => name),
  };
  const request = { node: node.name, phases, generation };
  const result = await journalled(
    run,
    { kind: 'bundle', token: `${bundle.run}.${node.name}`, request },
    () =>
      apply(reached.remote, bundle, {
        clock: run.context.clock,
        signal: run.context.signal,
        onAnswer: (answer) => report(site, timeline, node, answer),
      }),
  );
  generations.set(node.ordinal, result.generation);
  const failed = result.answers.find((answer) => answer.status === 'failed');
  if (failed !== undefined) throw stepFailed(failed);
}

/** What only stands for a value must never reach a node. */
function unknownAddress({ name }: StageNode): DeployerError {
  return new DeployerError(
    'no-address',
    `${name} must know an address that the cloud has not given yet`,
    {
      hint: 'Run the same command again in a moment.',
      retryable: true,
    },
  );
}

/** The step that writes who the node is belongs to no phase and is not shown. */
function report(
  { run }: WorkSite,
  timeline: Timeline,
  node: StageNode,
  answer: StepStart | StepAnswer,
): void {
  const { id, phase, status } = answer;
  if (phase === '') return;
  if (status !== 'started') {
    const { ms, detail } = answer;
    timeline.stepEnded(node.name, { step: id, phase, status, ms, detail });
    return;
  }
  timeline.stepStarted(node.name, phase);
  const wish = node.wishes.find((candidate) => candidate.id === id);
  const text = wish === undefined ? id : stepTitle(wish.step);
  run.context.emit({ type: 'phase-progress', phase, node: node.name, text });
}

function stepFailed(answer: StepAnswer): DeployerError {
  const [first = '', ...rest] = answer.detail.split('\n');
  const reason = first === '' ? 'no reason given' : first;
  return new DeployerError('step-failed', `step ${answer.id} failed: ${reason}`, {
    ...(rest.length === 0 ? {} : { excerpt: rest.join('\n') }),
    hint: 'Correct the reason and run the same command again: only what is missing is done.',
  });
}

function identityOf(run: Run, model: ClusterModel, scope: NodeScope): NodeIdentity {
  return {
    version: 1,
    uid: model.cluster.uid,
    cluster: model.cluster.name,
    recipe: model.cluster.recipe,
    profile: model.cluster.profile,
    ordinal: scope.ordinal,
    incarnation: scope.incarnation,
    members: model.nodes.map(({ ordinal, incarnation, name, address }) => ({
      ...{ ordinal, incarnation, name, address },
    })),
    recorded: JSON.parse(JSON.stringify(model.recorded)),
    request: run.snapshot?.request ?? {},
  };
}
