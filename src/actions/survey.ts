import { imageText, type Profile } from '../config/profile.ts';
import { neverAnswered } from '../errors.ts';
import { type MachineChange, planMachines } from '../plan/machines.ts';
import { type ClusterModel, nodeName, placeholder } from '../plan/model.ts';
import type { Standing } from '../plan/plan.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';
import { askedNodes } from './ask-nodes.ts';
import { tellOfClocks } from './clock-skew.ts';
import type { ActionContext } from './context.ts';
import { type Described, describeCluster } from './describe-cluster.ts';
import { type Known, modelOf, type Node, nodesOf } from './nodes.ts';
import { type Observed, observeNodes } from './observe-nodes.ts';
import type { Cluster } from './open-cluster.ts';
import { type Reach, type ReachedNode, reachNodes } from './reach-nodes.ts';
import { knownSecrets } from './recipe-secrets.ts';
import { type SettledArtifacts, settleArtifacts } from './settle-artifacts.ts';
import { askStandings } from './standings.ts';
import { withIncarnations } from './with-machines.ts';

/** How many machines in a row may never answer before the next one is left alone. */
const mostSilent = 3;

/** What was found out about a cluster. */
export interface Survey extends Observed, Pick<Described, 'described'> {
  readonly model: ClusterModel;
  readonly known: Known;
  readonly artifacts: SettledArtifacts;
  /** What has to happen to the machines. */
  readonly machines: readonly MachineChange[];
  /** What machines are launched from and as, in words. */
  readonly machineType: string;
  /** Ordinals of nodes that have a machine and could not be observed. */
  readonly unknown: ReadonlySet<number>;
  /** The nodes that could be observed. */
  readonly reached: readonly ReachedNode[];
  readonly standings: ReadonlyMap<string, Standing>;
}

/** How a cluster is surveyed. */
export interface SurveyOptions {
  /** How long a machine that has answered before may take to do so again, in milliseconds. */
  readonly timeoutMs: number;
  /** Whether this is a run that holds the cluster's lock: host keys are remembered, and silent machines given up. */
  readonly isRun: boolean;
  /** Ordinals of the nodes that are wanted on new machines. */
  readonly replace: ReadonlySet<number>;
  /** Whether missing programs may be installed on this computer; not unless said. */
  readonly setup?: boolean;
}

/** Observes a cluster: one call to the cloud, one exchange with each of its nodes, and no effects. */
export async function survey(
  cluster: Cluster,
  snapshot: ClusterSnapshot,
  options: SurveyOptions,
  context: ActionContext,
): Promise<Survey> {
  const { described, figures } = await describeCluster(cluster, snapshot, context);
  // Machines of one's own of which none answers tell nothing to plan with: this says why.
  if (figures.size === 0) await cluster.provider.prepare(cluster.request.profile.image);
  const artifacts = await settleArtifacts(cluster, options.setup ?? false, context);
  const secrets = await knownSecrets(cluster, snapshot);
  const known = { figures, secrets, artifacts: artifacts.steps };
  const nodes = nodesOf(cluster, snapshot, described);
  const asked = notYetReplaced(cluster, snapshot, options.replace, context);
  const plan = (silent: ReadonlySet<string>) =>
    planMachines(snapshot.nodes, described, { asked, silent });
  const kept = nodesWith(plan(new Set()), nodes, 'keep');
  const reach = await reachKept(cluster, kept, options, context);
  const silent = options.isRun ? await silentMachines(cluster, snapshot, kept, reach) : [];
  const machines = plan(new Set(silent.map(({ machine }) => machine?.id ?? '')));
  const model = modelAfter(cluster, snapshot, { nodes, machines, known });
  const observed = await observeNodes(model, snapshot.uid, reach.reached, context);
  tellOfClocks(observed.clocks, context);
  const reached = reach.reached.filter(({ ordinal }) => observed.observed.has(ordinal));
  const services = askedNodes(model, reached);
  const names = new Set(silent.map(({ name }) => name));
  return {
    ...observed,
    ...{ model, known, artifacts, described, machines, reached },
    machineType: machineTypeOf(cluster.request.profile),
    standings: await askStandings(
      { model, snapshot, observed: observed.observed, nodes: services },
      context,
    ),
    unknown: unknownOf(nodesWith(machines, nodes, 'keep'), observed),
    failures: [...reach.failures, ...observed.failures].filter(({ node }) => !names.has(node)),
  };
}

/** What new machines start from and are made of, in words. */
function machineTypeOf({ image, instanceTypes }: Profile): string {
  return [imageText(image), ...instanceTypes].filter((word) => word !== '').join(' ');
}

/** Without those whose new machine is there and has yet to take its place: saying the same again is no new wish. */
function notYetReplaced(
  { name }: Cluster,
  { formed, nodes }: ClusterSnapshot,
  replace: ReadonlySet<number>,
  { emit }: ActionContext,
): ReadonlySet<number> {
  const members = Object.values(formed).flat();
  const isUnderWay = (ordinal: number) => {
    const incarnation = nodes.find((node) => node.ordinal === ordinal)?.incarnation ?? 1;
    return members.some((each) => each.ordinal === ordinal && each.incarnation < incarnation);
  };
  for (const ordinal of [...replace].filter(isUnderWay)) {
    const message = `the replacement of ${nodeName(name, ordinal)} is under way and goes on`;
    emit({ type: 'notice', level: 'info', message });
  }
  return new Set([...replace].filter((ordinal) => !isUnderWay(ordinal)));
}

function nodesWith(
  machines: readonly MachineChange[],
  nodes: readonly Node[],
  action: MachineChange['action'],
): readonly Node[] {
  return nodes.filter(({ ordinal }) =>
    machines.some((change) => change.ordinal === ordinal && change.action === action),
  );
}

/** The cluster as it will be: what a machine that is yet to come will be called is known, its address is not. */
function modelAfter(
  cluster: Cluster,
  snapshot: ClusterSnapshot,
  { nodes, machines, known }: Pick<Survey, 'machines' | 'known'> & { nodes: readonly Node[] },
): ClusterModel {
  const coming = machines.filter(({ action }) => action === 'launch' || action === 'replace');
  const ordinals = new Set(coming.map(({ ordinal }) => ordinal));
  const after = nodes.map((node) =>
    ordinals.has(node.ordinal) ? { ...node, machine: undefined } : node,
  );
  const model = modelOf(cluster, withIncarnations(snapshot, coming), after, known);
  if (cluster.snapshot !== null) return model;
  // A cluster that does not exist has no uid yet, or each plan for it would be another one.
  return { ...model, cluster: { ...model.cluster, uid: placeholder(cluster.name, 'uid') } };
}

/** A machine that once answered answers soon or not at all; a run waits longer for one that may still be booting. */
async function reachKept(
  cluster: Cluster,
  nodes: readonly Node[],
  { timeoutMs, isRun }: SurveyOptions,
  context: ActionContext,
): Promise<Reach> {
  const told = new Set<string>();
  const tell = (node: Node, text: string) => {
    if (told.has(node.name)) return;
    told.add(node.name);
    context.emit({ type: 'notice', level: 'info', message: `${node.name}: ${text}, waiting` });
  };
  const { reachTimeoutMs } = cluster.request.profile;
  const known = await knownNodes(cluster, nodes);
  const reach = (some: readonly Node[], withinMs: number) =>
    reachNodes(
      cluster,
      some,
      { timeoutMs: withinMs, pins: isRun, ...(isRun ? { onProgress: tell } : {}) },
      context,
    );
  const [first, second] = await Promise.all([
    reach(known, Math.min(timeoutMs, reachTimeoutMs)),
    reach(
      nodes.filter((node) => !known.includes(node)),
      isRun ? reachTimeoutMs : timeoutMs,
    ),
  ]);
  const inOrder = [...first.reached, ...second.reached].toSorted((a, b) => a.ordinal - b.ordinal);
  return { reached: inOrder, failures: [...first.failures, ...second.failures] };
}

/** Those whose machine has answered before: its host key is remembered. */
async function knownNodes(cluster: Cluster, nodes: readonly Node[]): Promise<readonly Node[]> {
  const pins = await Promise.all(
    nodes.map(({ machine }) =>
      machine === undefined ? null : cluster.state.hostKeys.pinned(machine.id),
    ),
  );
  return nodes.filter((_, index) => pins[index] !== null);
}

/**
 * Machines that run but never answered since their launch, unless too many before them did not either. A member of a
 * service has answered, whatever is remembered of its host key.
 */
async function silentMachines(
  cluster: Cluster,
  { formed }: ClusterSnapshot,
  kept: readonly Node[],
  { failures }: Reach,
): Promise<readonly Node[]> {
  const known = await knownNodes(cluster, kept);
  const members = Object.values(formed).flat();
  return kept.filter((node) => {
    const { machine, ordinal, name } = node;
    const failure = failures.find((each) => each.node === name);
    if (machine === undefined || failure === undefined || known.includes(node)) return false;
    const before = members.filter((each) => each.ordinal === ordinal);
    const answered = Math.max(0, ...before.map(({ incarnation }) => incarnation));
    const isNew = machine.incarnation > answered && machine.incarnation - answered < mostSilent;
    return isNew && neverAnswered.has(failure.error.code);
  });
}

/** Which of the nodes that have a machine could not be observed. */
export function unknownOf(
  nodes: readonly Pick<Node, 'ordinal'>[],
  { observed }: Observed,
): ReadonlySet<number> {
  const ordinals = nodes.map(({ ordinal }) => ordinal);
  return new Set(ordinals.filter((ordinal) => !observed.has(ordinal)));
}
