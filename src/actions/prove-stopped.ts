import { toDeployerError } from '../errors.ts';
import { pauseService, resumeService } from '../node/pause-service.ts';
import { holdersOf, memberSets } from '../plan/holders.ts';
import { type ClusterModel, scopesOf } from '../plan/model.ts';
import { shortage } from '../plan/quorum.ts';
import type { Judgement } from '../probes/judge.ts';
import type { ComponentPhase } from '../recipe/composition.ts';
import { resolveGate } from '../recipe/resolve.ts';
import type { DisruptiveProof, Stop } from '../recipe/resolve-proofs.ts';
import type { Remote } from '../remote/remote.ts';
import { type AskedNode, askUntil } from './ask-nodes.ts';
import type { ActionContext } from './context.ts';
import { awaitGate } from './gate.ts';
import { writeAndRead } from './write-and-read.ts';

/** How long a node leaves its service stopped beyond what the proof may take, in seconds, should the program die. */
const spareSeconds = 300;
/** How long a service may take to be started again after an interruption, in milliseconds. */
const lastChanceMs = 60_000;

/** A service with one of its nodes, which is to be stopped, and the others. */
interface Stopping {
  readonly stop: Stop;
  readonly phase: ComponentPhase;
  readonly node: AskedNode;
  readonly remote: Remote;
  readonly others: readonly AskedNode[];
}

/**
 * Stops the service of a proof on one of the nodes, lets the others write and read, and starts it again whatever
 * happened meanwhile. Nothing is stopped that the others could not spare.
 * @throws what the context's signal was aborted with, once the service is started again
 */
export async function proveStopped(
  proof: DisruptiveProof,
  nodes: readonly AskedNode[],
  model: ClusterModel,
  site: ActionContext,
): Promise<Judgement> {
  const stopping = chosen(proof.stop, nodes, model);
  if (typeof stopping === 'string') return { ok: false, detail: stopping };
  const { node, others } = stopping;
  const meanwhile = await whileStopped(stopping, proof.withinMs, site, () =>
    writeAndRead(proof, others, site),
  );
  const detail = `without -${node.scope.ordinal}: ${meanwhile.detail}`;
  if (!meanwhile.ok) return { ok: false, detail };
  const back = await backAgain(stopping, proof.withinMs, model, site);
  return { ok: back.ok, detail: `${detail}; back again: ${back.detail}` };
}

/** What is stopped, or why nothing is. */
function chosen(stop: Stop, nodes: readonly AskedNode[], model: ClusterModel): Stopping | string {
  const phase = model.composition.phases.find(({ service }) => service?.name === stop.service);
  if (phase === undefined) throw new RangeError(`there is no service ${stop.service}`);
  const holders = holdersOf(model, phase).map(({ ordinal }) => ordinal);
  const candidates = nodes.filter(({ scope }) => holders.includes(scope.ordinal));
  const node = stop.on === 'first' ? candidates[0] : candidates.at(-1);
  const others = nodes.filter((each) => each !== node);
  if (node === undefined || others.length === 0) return 'there is no other node that could go on';
  const { length } = candidates;
  if (length < stop.least)
    return `not tried: ${length} nodes hold ${stop.service}, and this takes ${stop.least}`;
  if (node.remote === null) return `-${node.scope.ordinal}: not reached`;
  const rule = phase.service?.quorum;
  const serving = new Set(others.map(({ scope }) => scope.ordinal));
  const lack = rule && shortage({ rule, sets: memberSets(model, phase) }, serving);
  if (lack) return `${lack.serving} of ${lack.members} would go on, and ${lack.needed} must`;
  return { stop, phase, node, remote: node.remote, others };
}

/** What the work shows while the service is stopped; nothing is shown when it does not start again. */
async function whileStopped(
  stopping: Stopping,
  withinMs: number,
  site: ActionContext,
  work: () => Promise<Judgement>,
): Promise<Judgement> {
  const { stop, node, remote } = stopping;
  const { name } = node.scope;
  const seconds = Math.ceil(withinMs / 1_000) + spareSeconds;
  let flaw: string | null = null;
  let shown: Judgement;
  try {
    const text = `${stop.service} is stopped for a proof`;
    site.emit({ type: 'phase-progress', phase: 'prove', node: name, text });
    await pauseService(remote, stop.service, seconds, site);
    shown = await work();
  } finally {
    flaw = await startAgain(stopping, seconds, site);
  }
  return flaw === null ? shown : { ok: false, detail: `${shown.detail}; ${flaw}` };
}

/** Starts the service whatever happened; what stands in the way is told, since it must not hide that, and given. */
async function startAgain(
  { stop: { service }, node: { scope }, remote }: Stopping,
  seconds: number,
  { emit, clock }: ActionContext,
): Promise<string | null> {
  const text = `${service} starts again`;
  emit({ type: 'phase-progress', phase: 'prove', node: scope.name, text });
  const signal = AbortSignal.timeout(lastChanceMs);
  try {
    await resumeService(remote, service, { clock, signal });
    return null;
  } catch (error) {
    const message = `${service} may still be stopped on ${scope.name}, which starts it by itself within ${seconds} s`;
    const reason = toDeployerError(error).message;
    emit({ type: 'notice', level: 'warning', message, hint: reason });
    return `${message} (${reason})`;
  }
}

/** Waits until the node serves again, and asks it what it must show then. */
async function backAgain(
  { stop: { service, after }, phase, node }: Stopping,
  withinMs: number,
  model: ClusterModel,
  site: ActionContext,
): Promise<Judgement> {
  const gate = resolveGate(phase, scopesOf(model, phase.component), 'update');
  const seen = gate === undefined ? 'started' : await awaitGate(gate, [node], { ...site, service });
  if (after === undefined) return { ok: true, detail: seen };
  return askUntil({ ...after, on: 'every', withinMs }, [node], site);
}
