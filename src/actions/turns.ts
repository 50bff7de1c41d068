import { DeployerError } from '../errors.ts';
import { type Shortage, shortage } from '../plan/quorum.ts';
import type { Stage, StageNode } from '../plan/stage.ts';
import { type AskedNode, untilOk } from './ask-nodes.ts';
import type { ActionContext } from './context.ts';
import { matchingAny, type ServiceQuestions, whoServes } from './service-questions.ts';

/** How long members that just came back may take to serve again before a refusal is final. */
const patienceMs = 10_000;
const pollMs = 200;

/** Whose turn it is in a stage, and whether the others can spare it. */
export interface Turns {
  next(waiting: readonly StageNode[], stage: Stage): Promise<StageNode>;
  /** @throws {DeployerError} `quorum-endangered` */
  permit(node: StageNode, stage: Stage): Promise<void>;
  /** The node serves again, as its gate has shown. */
  isBack(node: StageNode, stage: Stage): void;
}

/** Who takes turns, and under which conditions. */
export interface TurnsInput {
  /** How the nodes of a service are asked. */
  readonly questions: ReadonlyMap<string, ServiceQuestions>;
  readonly asked: readonly AskedNode[];
  /** Whether a node is restarted although too few of the others serve. */
  readonly force: boolean;
}

/** The order in which the members of a service take turns, found out anew for each turn. */
export function createTurns(
  { questions, asked, force }: TurnsInput,
  context: Pick<ActionContext, 'clock' | 'signal' | 'emit'>,
): Turns {
  const about = (service: string | null) => questions.get(service ?? '');
  const away = new Set<string>();
  const turnOf = (ordinal: number, { service }: Pick<Stage, 'service'>) => `${service} ${ordinal}`;
  const nodesAt = (ordinals: readonly number[]) =>
    asked.filter(({ scope }) => ordinals.includes(scope.ordinal));
  return {
    async next(waiting, { event, service }) {
      const first = waiting[0];
      if (first === undefined) throw new RangeError('nobody waits');
      const isLast = event === 'update' ? (about(service)?.last ?? []) : [];
      if (isLast.length === 0 || waiting.length === 1) return first;
      const nodes = nodesAt(waiting.map(({ ordinal }) => ordinal));
      const last = await matchingAny(isLast, nodes, context);
      const lastOrdinals = new Set(last.map(({ scope }) => scope.ordinal));
      return waiting.find(({ ordinal }) => !lastOrdinals.has(ordinal)) ?? first;
    },
    async permit(node, stage) {
      const { quorum, service } = stage;
      if (quorum === null || !node.disturbs) return;
      away.add(turnOf(node.ordinal, stage));
      const serving = about(service)?.serving ?? [];
      const { lack, missing } = await untilOk(patienceMs, pollMs, context, async () => {
        const isAway = (ordinal: number) => away.has(turnOf(ordinal, stage));
        const others = nodesAt(quorum.sets.flat().filter((ordinal) => !isAway(ordinal)));
        const serve = await whoServes(serving, others, context);
        const found = shortage(quorum, new Set(serve.map(({ scope }) => scope.ordinal)));
        return {
          ok: found === null,
          lack: found,
          missing: others.filter((other) => !serve.includes(other)),
        };
      });
      if (lack === null) return;
      const names = missing.map(({ scope }) => scope.name);
      const error = quorumEndangered(service ?? '', [node.name], names, lack);
      if (!force) throw error;
      context.emit({ type: 'notice', level: 'warning', message: `${error.message}; forced` });
    },
    isBack: ({ ordinal }, stage) => void away.delete(turnOf(ordinal, stage)),
  };
}

/** Why a node is not restarted, and what restarting it all the same would do. */
export function quorumEndangered(
  service: string,
  nodes: readonly string[],
  missing: readonly string[],
  { serving, needed, members }: Shortage,
): DeployerError {
  const why = missing.length === 0 ? '' : ` (not serving: ${missing.join(', ')})`;
  const message = `restarting ${service} on ${nodes.join(', ')} would leave ${serving} of ${members} serving, and ${needed} must${why}`;
  return new DeployerError('quorum-endangered', message, {
    hint: `Bring back what does not serve first (a node that cannot be reached gets a new machine with --replace), then run the same command again. --force restarts it all the same: ${service} then answers nobody until ${needed} of ${members} serve again.`,
  });
}
