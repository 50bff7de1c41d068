import { systemClock } from '../../../src/clock.ts';
import { type ApplyOptions, type ApplyRequest, apply } from '../../../src/node/apply.ts';
import type { NodeConnection } from '../../../src/node/connection.ts';
import type { NodeIdentity } from '../../../src/node/identity.ts';
import { type Observation, observe } from '../../../src/node/observe.ts';
import type { ApplyResult } from '../../../src/node/run-record.ts';
import type { Step } from '../../../src/node/step-kinds.ts';
import type { Wish } from '../../../src/node/wish.ts';

export const identity: NodeIdentity = {
  version: 1,
  uid: 'u1',
  cluster: 'hello-default',
  recipe: 'hello',
  profile: 'default',
  ordinal: 1,
  incarnation: 1,
  members: [{ ordinal: 1, incarnation: 1, name: 'hello-default-1', address: '10.0.0.1' }],
  recorded: {},
  request: { count: 1 },
};

let runs = 0;

export function wishesOf(...steps: readonly Step[]): Wish[] {
  return steps.map((step, index) => ({ id: `configure.${index}`, phase: 'configure', step }));
}

/** What a check says to these steps. */
export function look(node: NodeConnection, ...steps: readonly Step[]): Promise<Observation> {
  return observe(node, { wishes: wishesOf(...steps) }, { clock: systemClock });
}

/** Looks for the generation, then applies the steps as a run of their own. */
export async function put(node: NodeConnection, ...steps: readonly Step[]): Promise<ApplyResult> {
  const { generation } = await look(node);
  return applyAt(node, { generation, wishes: wishesOf(...steps) });
}

export function applyAt(
  node: NodeConnection,
  request: Pick<ApplyRequest, 'generation' | 'wishes' | 'phases'> & { readonly run?: string },
  options: Partial<ApplyOptions> = {},
): Promise<ApplyResult> {
  runs += 1;
  return apply(
    node,
    { run: `run-${runs}`, identity, ...request },
    { clock: systemClock, ...options },
  );
}

/** Status and detail of each answer but the identity's, one line a step. */
export function told({ answers }: Pick<ApplyResult, 'answers'>): string[] {
  return answers
    .filter(({ id }) => id !== 'identity')
    .map(({ status, detail }) => (detail === '' ? status : `${status}: ${detail}`));
}
