import { memberSets } from './holders.ts';
import type { MachineChange } from './machines.ts';
import type { ClusterModel } from './model.ts';
import type { Standing } from './plan.ts';
import { type Quorum, type Shortage, shortage } from './quorum.ts';
import type { Stage } from './stage.ts';

/** Why carrying a plan out would stop a service that works, or could never bring it back. */
export interface Risk extends Shortage {
  readonly service: string;
  /** `restart`: fewer would serve for a moment; `replace`: fewer would be left that hold the data. */
  readonly kind: 'restart' | 'replace';
  /** The node that would be restarted, or all that would be replaced. */
  readonly nodes: readonly string[];
  /** Members that do not serve anyway. */
  readonly missing: readonly string[];
}

/** What risks are found in. */
interface RiskInput {
  readonly model: ClusterModel;
  readonly machines: readonly MachineChange[];
  readonly stages: readonly Stage[];
  readonly standings: ReadonlyMap<string, Standing>;
  /** Ordinals of nodes that cannot be asked, so nothing will be done on them either. */
  readonly unknown: ReadonlySet<number>;
}

/**
 * For each service that needs a quorum: whether replacing machines leaves one, and whether restarting its nodes one by
 * one does, once those that are down were repaired and those that are new have joined.
 */
export function findRisks(input: RiskInput): readonly Risk[] {
  return input.model.composition.phases.flatMap((phase) => {
    const { service } = phase;
    if (service?.quorum === undefined) return [];
    const standing = input.standings.get(service.name);
    if (standing === undefined || !input.model.formed.has(service.name)) return [];
    return [
      ...replaceRisks(
        service.name,
        { rule: service.quorum, sets: memberSets(input.model, phase) },
        standing,
        input,
      ),
      ...restartRisks(service.name, standing, input),
    ];
  });
}

function replaceRisks(
  service: string,
  quorum: Quorum,
  { serving }: Standing,
  input: RiskInput,
): readonly Risk[] {
  const members = new Set(quorum.sets.flat());
  const replaced = new Set(
    input.machines.flatMap(({ action, ordinal }) =>
      action === 'replace' && members.has(ordinal) ? ordinal : [],
    ),
  );
  if (replaced.size === 0) return [];
  const repaired = coming(service, ['repair', 'join'], input);
  // A machine that is off holds its data still, and serves again once it is started.
  const started = input.machines.flatMap(({ action, ordinal }) =>
    action === 'start' ? ordinal : [],
  );
  const left = [...serving, ...repaired, ...started].filter((ordinal) => !replaced.has(ordinal));
  const lack = shortage(quorum, new Set(left));
  if (lack === null) return [];
  const missing = [...members].filter((each) => !replaced.has(each) && !left.includes(each));
  const nodes = namesOf([...replaced], input.model);
  return [{ service, kind: 'replace', nodes, missing: namesOf(missing, input.model), ...lack }];
}

function restartRisks(service: string, { serving }: Standing, input: RiskInput): readonly Risk[] {
  const { model, stages } = input;
  const serve = new Set([...serving, ...coming(service, ['repair', 'replace', 'join'], input)]);
  return stages
    .filter((stage) => stage.service === service)
    .flatMap(({ quorum, nodes }) =>
      nodes.flatMap((node): Risk[] => {
        if (quorum === null || !node.disturbs) return [];
        const others = new Set([...serve].filter((ordinal) => ordinal !== node.ordinal));
        const lack = shortage(quorum, others);
        if (lack === null) return [];
        const missing = (quorum.sets.at(-1) ?? []).filter((ordinal) => !serve.has(ordinal));
        const names = namesOf(missing, model);
        return [{ service, kind: 'restart', nodes: [node.name], missing: names, ...lack }];
      }),
    );
}

/** Ordinals of the nodes that serve once their events are through. */
function coming(
  service: string,
  events: readonly Stage['event'][],
  { stages, unknown }: RiskInput,
): readonly number[] {
  return stages
    .filter((stage) => stage.service === service && events.includes(stage.event))
    .flatMap(({ nodes }) => nodes.map(({ ordinal }) => ordinal))
    .filter((ordinal) => !unknown.has(ordinal));
}

function namesOf(ordinals: readonly number[], { nodes }: ClusterModel): readonly string[] {
  return nodes.filter(({ ordinal }) => ordinals.includes(ordinal)).map(({ name }) => name);
}
