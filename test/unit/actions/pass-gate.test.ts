import { beforeAll, describe, expect, test } from 'vitest';
import { passGate } from '../../../src/actions/pass-gate.ts';
import type { DeployerEvent } from '../../../src/events.ts';
import type { ClusterModel } from '../../../src/plan/model.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import type { Stage } from '../../../src/plan/stage.ts';
import { formed, modelOfText } from '../plan/model-of.ts';
import { allOk, differing, input, standing } from '../plan/observed.ts';
import { type Answer, askedNodesOf } from './support/asked-nodes.ts';
import { virtualClock } from './support/virtual-clock.ts';

const recipe = `recipe: demo
about: for tests
supports: [debian-12]
roles: {node: {count: 3}}
phases:
  - start:
      service: {name: demo}
      update: {mode: serial, settled: {probe: {command: "all are seen"}, within: 5s}}
      gate: {probe: {command: serves}, within: 30s, progress: {command: "how far"}}
`;

let model: ClusterModel;
let stage: Stage;
beforeAll(async () => {
  model = formed(await modelOfText(recipe, 3), [1, 2]);
  const observed = differing(allOk(model), 1, { 'start.1': 'restart' });
  const plan = makePlan(input(model, { observed, standings: standing('demo', [1, 2]) }));
  const update = plan.stages.find(({ event }) => event === 'update');
  if (update === undefined) throw new Error('node 1 is updated');
  stage = update;
});

/** Lets the first node pass its gate, with nodes that answer like this. */
async function pass(answer: Answer, { force = false, of = stage } = {}) {
  const asked: string[] = [];
  const events: DeployerEvent[] = [];
  const site = {
    context: {
      clock: virtualClock(),
      signal: new AbortController().signal,
      emit: (event: DeployerEvent) => void events.push(event),
    },
    asked: askedNodesOf(model, (ordinal, command) => {
      asked.push(`${ordinal} ${command}`);
      return answer(ordinal, command);
    }),
    ...{ force, formed: model.formed, through: new Set<string>() },
  };
  const seen = passGate(site, of.nodes, of);
  return { seen: await seen.catch((error: unknown) => error), asked, events };
}

describe('a turn', () => {
  test('is over when its node serves and all members have taken note of it, who joins later aside', async () => {
    const { asked } = await pass(() => 'yes');
    expect(asked).toEqual(['1 serves', '1 all are seen', '2 all are seen']);
  });

  test('is waited for as long as some member has not', async () => {
    let looks = 0;
    const { seen, asked } = await pass((ordinal, command) => {
      if (ordinal !== 2 || command !== 'all are seen') return 'yes';
      looks += 1;
      return looks > 3 ? 'yes' : null;
    });
    expect(seen).not.toBeInstanceOf(Error);
    expect(asked.filter((each) => each === '2 all are seen')).toHaveLength(4);
  });

  test('fails when some member never does, and says which', async () => {
    const { seen } = await pass((ordinal, command) =>
      ordinal === 2 && command === 'all are seen' ? null : 'yes',
    );
    expect(seen).toMatchObject({ code: 'not-settled', message: expect.stringContaining('-2:') });
  });

  test('of a node that is restarted at any price is over when it serves', async () => {
    const { seen, asked } = await pass((_, command) => (command === 'serves' ? 'yes' : null), {
      force: true,
    });
    expect(seen).not.toBeInstanceOf(Error);
    expect(asked).toEqual(['1 serves']);
  });
});

test('while a node is waited for it tells how far it is, each time it is further', async () => {
  let looks = 0;
  let percent = 0;
  const { events } = await pass((_, command) => {
    if (command === 'how far') {
      percent = Math.min(20, percent + 10);
      return `${percent} percent`;
    }
    if (command !== 'serves') return 'yes';
    looks += 1;
    return looks > 100 ? 'yes' : null;
  });
  expect(events).toEqual([
    { type: 'phase-progress', phase: 'start', node: 'demo-default-1', text: '10 percent' },
    { type: 'phase-progress', phase: 'start', node: 'demo-default-1', text: '20 percent' },
  ]);
});

test('a node that the recipe cannot ask how far it is does not keep its gate from being passed', async () => {
  const progressAt = () => {
    throw new Error('nothing to ask here');
  };
  const gate = stage.gate && { ...stage.gate, progressAt };
  let looks = 0;
  const { seen, events } = await pass(
    () => {
      looks += 1;
      return looks > 100 ? 'yes' : null;
    },
    { of: { ...stage, gate, settled: null } },
  );
  expect(seen).not.toBeInstanceOf(Error);
  expect(events).toEqual([]);
});

test('where the recipe does not know how far a node is, what it answers is told, each answer once', async () => {
  const gate = stage.gate && { ...stage.gate, progressAt: undefined, match: 'ready' };
  let looks = 0;
  const { events } = await pass(
    () => {
      looks += 1;
      return looks > 100 ? 'ready' : `phase ${looks > 50 ? 2 : 1}`;
    },
    { of: { ...stage, gate, settled: null } },
  );
  expect(events).toEqual([
    expect.objectContaining({ node: 'demo-default-1', text: 'not yet: no match: phase 1' }),
    expect.objectContaining({ node: 'demo-default-1', text: 'not yet: no match: phase 2' }),
  ]);
});
