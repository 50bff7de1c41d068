import { beforeAll, describe, expect, test } from 'vitest';
import { questionsAbout } from '../../../src/actions/service-questions.ts';
import { createTurns } from '../../../src/actions/turns.ts';
import { Interrupted } from '../../../src/errors.ts';
import type { DeployerEvent } from '../../../src/events.ts';
import type { ClusterModel } from '../../../src/plan/model.ts';
import type { Quorum } from '../../../src/plan/quorum.ts';
import type { Stage, StageNode } from '../../../src/plan/stage.ts';
import { stageNode, stageOf } from '../engine/stage-of.ts';
import { type Answer, askedNodesOf } from './support/asked-nodes.ts';
import { ensemble, phaseOf } from './support/ensemble.ts';
import { virtualClock } from './support/virtual-clock.ts';

let model: ClusterModel;
beforeAll(async () => {
  model = await ensemble(3);
});

const nodes: readonly StageNode[] = [1, 2, 3].map((ordinal) => ({
  ...stageNode(ordinal),
  disturbs: true,
}));
const [one = stageNode(0), two = stageNode(0)] = nodes;
const update = stageOf(3, 1, { quorum: { rule: 'majority', sets: [[1, 2, 3]] } });

function turnsWith(
  answer: Answer,
  {
    of = model,
    force = false,
    unreached = [] as readonly number[],
    controller = new AbortController(),
  } = {},
) {
  const events: DeployerEvent[] = [];
  const context = {
    clock: virtualClock(),
    signal: controller.signal,
    emit: (event: DeployerEvent) => void events.push(event),
  };
  const asked = askedNodesOf(of, answer, unreached);
  const questions = new Map([
    ['demo', questionsAbout(of, phaseOf(of, 'start'), { questions: {} })],
  ]);
  return { ...createTurns({ questions, asked, force }, context), events, ...context };
}

describe('the next turn', () => {
  const leads = (leader: number) => (node: number) => (node === leader ? 'leader' : 'follower');

  test('is that of the first who waits and does not lead', async () => {
    const { next } = turnsWith(leads(1));
    expect(await next(nodes, update)).toMatchObject({ ordinal: 2 });
  });

  test('is that of the leader when nobody else waits, and nobody is asked', async () => {
    const { next } = turnsWith(() => {
      throw new Error('asked');
    });
    expect(await next([one], update)).toBe(one);
  });

  test('follows an election: who leads is asked anew each time', async () => {
    let leader = 3;
    const { next } = turnsWith((node) => leads(leader)(node));
    const [, , three = stageNode(0)] = nodes;
    expect(await next([two, three], update)).toMatchObject({ ordinal: 2 });
    leader = 2;
    expect(await next([two, three], update)).toMatchObject({ ordinal: 3 });
  });

  test('is that of the first where all lead, nobody answers, or nothing is disturbed', async () => {
    expect(await turnsWith(() => 'leader').next(nodes, update)).toBe(one);
    expect(await turnsWith(() => null).next(nodes, update)).toBe(one);
    const join: Stage = { ...update, event: 'join' };
    expect(await turnsWith(leads(1)).next(nodes, join)).toBe(one);
  });
});

describe('a node', () => {
  const but = (down: number) => (node: number) => (node === down ? null : 'ok');

  test('may be disturbed while a majority of the others serves', async () => {
    await expect(turnsWith(() => 'ok').permit(one, update)).resolves.toBeUndefined();
    await expect(turnsWith(but(1)).permit(one, update)).resolves.toBeUndefined();
  });

  test('may not while too few do, and the refusal says who is missing', async () => {
    await expect(turnsWith(but(3)).permit(one, update)).rejects.toMatchObject({
      code: 'quorum-endangered',
      message:
        'restarting demo on node-1 would leave 1 of 3 serving, and 2 must (not serving: demo-default-3)',
      hint: expect.stringContaining('--force'),
    });
  });

  test('may not while others were not reached: what nobody knows does not count', async () => {
    const { permit } = turnsWith(() => 'ok', { unreached: [3] });
    await expect(permit(one, update)).rejects.toMatchObject({ code: 'quorum-endangered' });
  });

  test('waits a while for others to serve again', async () => {
    let asked = 0;
    const turns = turnsWith((node) => {
      if (node === 3) asked += 1;
      return node === 3 && asked < 5 ? null : 'ok';
    });
    await expect(turns.permit(one, update)).resolves.toBeUndefined();
    expect(asked).toBe(5);
    expect(turns.clock.monotonicMs()).toBeGreaterThan(0);
  });

  test('is disturbed all the same when that is forced, with a warning', async () => {
    const { permit, events } = turnsWith(but(3), { force: true });
    await permit(one, update);
    expect(events).toMatchObject([
      { type: 'notice', level: 'warning', message: expect.stringContaining('; forced') },
    ]);
  });

  test('that serves nobody, or a service without a quorum, is not asked about', async () => {
    const { permit } = turnsWith(() => null);
    await permit({ ...one, disturbs: false }, update);
    await permit(one, { ...update, quorum: null });
  });

  test('does not count while another is away, until that one is back', async () => {
    const turns = turnsWith(() => 'ok');
    await turns.permit(one, update);
    await expect(turns.permit(two, update)).rejects.toMatchObject({ code: 'quorum-endangered' });
    const again = turnsWith(() => 'ok');
    await again.permit(one, update);
    again.isBack(one, update);
    await expect(again.permit(two, update)).resolves.toBeUndefined();
  });

  test('needs a majority of the old and of the new size while a service grows', async () => {
    const of = await ensemble(5);
    const quorum: Quorum = {
      rule: 'majority',
      sets: [
        [1, 2, 3],
        [1, 2, 3, 4, 5],
      ],
    };
    const growing = { ...update, quorum };
    await expect(turnsWith(but(5), { of }).permit(one, growing)).resolves.toBeUndefined();
    await expect(turnsWith(but(3), { of }).permit(one, growing)).rejects.toMatchObject({
      message: expect.stringContaining('would leave 1 of 3 serving'),
    });
  });

  test('is not waited for once somebody interrupts', async () => {
    const controller = new AbortController();
    const { permit } = turnsWith(
      () => {
        controller.abort(new Interrupted());
        return null;
      },
      { controller },
    );
    await expect(permit(one, update)).rejects.toThrow(Interrupted);
  });
});
