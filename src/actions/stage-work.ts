import type { StageWork } from '../engine/run-stages.ts';
import type { Timeline } from '../engine/timeline.ts';
import { DeployerError } from '../errors.ts';
import { apply } from '../node/apply.ts';
import type { NodeIdentity } from '../node/identity.ts';
import type { StepStart } from '../node/run-record.ts';
import type { StepAnswer } from '../node/wish.ts';
import type { ClusterModel } from '../plan/model.ts';
import type { StageNode } from '../plan/stage.ts';
import { stepTitle } from '../plan/step-title.ts';
import type { NodeScope } from '../recipe/scope.ts';
import { askedNodes } from './ask-nodes.ts';
import { awaitGate } from './gate.ts';
import { journalled } from './journalled.ts';
import { needsSudo, type ReachedNode } from './reach-nodes.ts';
import type { Run } from './run.ts';

/** What the engine's stages do on real nodes. */
export interface WorkSite {
  readonly run: Run;
  readonly model: ClusterModel;
  /** By ordinal: the nodes that can be worked on. */
  readonly reached: ReadonlyMap<number, ReachedNode>;
  /** By ordinal: how many bundles the node has applied; changes as bundles are applied. */
  readonly generations: Map<number, number>;
}

/** The engine's work on real nodes: bundles over their connections, gates through the same. */
export function workOn(site: WorkSite): StageWork {
  const { run, model } = site;
  return {
    apply: (node, stage, timeline) => applyBundle(site, node, stage.phases, timeline),
    passGate: async (nodes, stage) => {
      if (stage.gate === null) return '';
      const serving = new Set(nodes.flatMap(({ serves, ordinal }) => (serves ? ordinal : [])));
      if (serving.size === 0) return '';
      const asked = askedNodes(model, [...site.reached.values()]);
      const servingNodes = asked.filter(({ scope }) => serving.has(scope.ordinal));
      return awaitGate(stage.gate, servingNodes, run.context);
    },
    stageDone: async (stage) => {
      const { snapshot } = run;
      if (stage.forms === null || snapshot === null) return;
      await run.save({ ...snapshot, formed: [...new Set([...snapshot.formed, stage.forms])] });
    },
  };
}

async function applyBundle(
  site: WorkSite,
  node: StageNode,
  phases: readonly string[],
  timeline: Timeline,
): Promise<void> {
  const { run, model, generations } = site;
  const reached = site.reached.get(node.ordinal);
  if (reached === undefined) throw new DeployerError('not-reached', `${node.name} was not reached`);
  if (node.wishes.length === 0) return;
  const scope = model.nodes.find(({ ordinal }) => ordinal === node.ordinal);
  if (scope === undefined) throw new DeployerError('not-planned', `${node.name} is not planned`);
  const bundle = {
    run: `${run.id}.${phases[0] ?? ''}`,
    wishes: node.wishes,
    generation: generations.get(node.ordinal) ?? 0,
    identity: identityOf(run, model, scope),
  };
  const request = { node: node.name, phases, generation: bundle.generation };
  const result = await journalled(
    run,
    { kind: 'bundle', token: `${bundle.run}.${node.name}`, request },
    () =>
      apply(reached.remote, bundle, {
        clock: run.context.clock,
        signal: run.context.signal,
        sudo: needsSudo(run.cluster),
        onAnswer: (answer) => report(site, timeline, node, answer),
      }),
  );
  generations.set(node.ordinal, result.generation);
  const failed = result.answers.find((answer) => answer.status === 'failed');
  if (failed !== undefined) throw stepFailed(failed);
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
