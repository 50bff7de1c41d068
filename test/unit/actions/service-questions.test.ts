import { beforeAll, describe, expect, test } from 'vitest';
import {
  matchingAny,
  questionsAbout,
  whoServes,
  withNewestQuestions,
  withQuestions,
} from '../../../src/actions/service-questions.ts';
import type { ClusterModel } from '../../../src/plan/model.ts';
import {
  type ClusterSnapshot,
  ClusterSnapshotSchema,
} from '../../../src/state/cluster-snapshot.ts';
import { modelOfText } from '../plan/model-of.ts';
import { sampleContent } from '../state/support/sample-snapshot.ts';
import { type Answer, askedNodesOf } from './support/asked-nodes.ts';
import { ensemble, ensembleText, phaseOf } from './support/ensemble.ts';
import { virtualClock } from './support/virtual-clock.ts';

const waiting = { clock: virtualClock(), signal: new AbortController().signal };
const untold: ClusterSnapshot = { version: 1, serial: 1, ...sampleContent({ questions: {} }) };

let model: ClusterModel;
const onPorts = new Map<number, ClusterModel>();
beforeAll(async () => {
  model = await ensemble(3);
  for (const port of [81, 82, 8080]) onPorts.set(port, await ensemble(3, port));
});

/** What is remembered once a run has begun to bring these clusters about, one after the other, and finished none. */
function rememberedOf(...models: readonly ClusterModel[]): ClusterSnapshot {
  return models.reduce((snapshot, each) => withQuestions(each, snapshot), untold);
}

function withPort(port: number): ClusterModel {
  const found = onPorts.get(port);
  if (found === undefined) throw new Error(`no ensemble on port ${port}`);
  return found;
}

/** The ensemble after somebody edited its recipe. */
function edited(...edits: readonly (readonly [string, string])[]): Promise<ClusterModel> {
  return modelOfText(
    edits.reduce((text, [from, to]) => text.replaceAll(from, to), ensembleText),
    3,
  );
}

/** The ordinals of those that serve, as far as today's recipe and what is remembered can tell. */
async function serving(
  answer: Answer,
  {
    today = model,
    remembered = rememberedOf(model),
    unreached = [] as readonly number[],
    phase = 'start',
  } = {},
) {
  const questions = questionsAbout(today, phaseOf(today, phase), remembered).serving;
  const found = await whoServes(questions, askedNodesOf(today, answer, unreached), waiting);
  return found.map(({ scope }) => scope.ordinal);
}

/** Nodes 1 and 2 answer as they did before, and node 3 nothing at all. */
function only(command: string): Answer {
  return (node, asked) => (node < 3 && asked === command ? 'yes' : null);
}

describe('how a cluster is asked', () => {
  const commands = (today: ClusterModel, remembered: ClusterSnapshot) =>
    questionsAbout(today, phaseOf(today, 'start'), remembered).serving.map(
      ({ probes }) => probes['1'],
    );

  test('is as it is to be, and as each configuration was asked that a node may run with', () => {
    const remembered = rememberedOf(withPort(8080), withPort(81));
    expect(commands(model, remembered)).toEqual([
      { command: 'serves 80' },
      { command: 'serves 8080' },
      { command: 'serves 81' },
    ]);
  });

  test('is one question where nothing changes, and where nothing is remembered', () => {
    expect(commands(model, rememberedOf(model))).toEqual([{ command: 'serves 80' }]);
    expect(commands(model, untold)).toEqual([{ command: 'serves 80' }]);
  });

  test('leaves out what this program no longer understands', async () => {
    const of = rememberedOf(withPort(8080));
    const text = JSON.stringify(of.questions).replaceAll('"command"', '"telepathy"');
    const questions: ClusterSnapshot['questions'] = JSON.parse(text);
    expect(await serving(only('serves 80'), { remembered: { ...of, questions } })).toEqual([1, 2]);
  });
});

describe('what is remembered of how a service is asked', () => {
  const asked = ({ questions }: ClusterSnapshot) =>
    (questions['demo'] ?? []).map((each) => each.serving?.probes['1']);

  test('begins with the first run, and says it for every service', () => {
    const { questions } = rememberedOf(model);
    expect(Object.keys(questions)).toEqual(['demo', 'unwatched']);
    expect(questions['demo']).toEqual([
      {
        serving: {
          match: null,
          probes: {
            1: { command: 'serves 80' },
            2: { command: 'serves 80' },
            3: { command: 'serves 80' },
          },
        },
        last: {
          match: 'leader',
          probes: {
            1: { command: 'role 80' },
            2: { command: 'role 80' },
            3: { command: 'role 80' },
          },
        },
      },
    ]);
    expect(questions['unwatched']).toEqual([{ serving: null, last: null }]);
  });

  test('keeps the earlier ways until a change has reached all nodes, the newest last', () => {
    const remembered = rememberedOf(model, withPort(81), withPort(82));
    expect(asked(remembered)).toEqual([
      { command: 'serves 80' },
      { command: 'serves 81' },
      { command: 'serves 82' },
    ]);
    expect(asked(withQuestions(model, remembered)).at(-1)).toEqual({ command: 'serves 80' });
    expect(asked(withQuestions(model, remembered))).toHaveLength(3);
  });

  test('is the newest way alone once every node is as it should be', () => {
    const settled = withNewestQuestions(rememberedOf(model, withPort(81)));
    expect(asked(settled)).toEqual([{ command: 'serves 81' }]);
    expect(settled.questions['unwatched']).toHaveLength(1);
    expect(withNewestQuestions(settled)).toEqual(settled);
    expect(withNewestQuestions(untold)).toEqual(untold);
  });

  test('survives being written and read', () => {
    const remembered = rememberedOf(model, withPort(81));
    expect(JSON.parse(JSON.stringify(remembered))).toEqual(remembered);
  });
});

describe('who serves', () => {
  test('is told by the gate of an update, as it was before or as it is to be', async () => {
    const answers = new Map([
      [1, 'serves 80'],
      [2, 'serves 8080'],
    ]);
    const answer: Answer = (node, command) => (answers.get(node) === command ? 'ok' : null);
    expect(await serving(answer, { remembered: rememberedOf(withPort(8080)) })).toEqual([1, 2]);
  });

  test('is found though the gate was edited', async () => {
    const today = await edited(['serves {{', 'lives {{']);
    expect(await serving(only('serves 80'), { today })).toEqual([1, 2]);
    expect(await serving(only('serves 80'), { today, remembered: untold })).toEqual([]);
  });

  test('is found though the gate wants to hear something else now', async () => {
    const today = await edited([
      '"serves {{params.port}}"}',
      '"serves {{params.port}}"}, match: no',
    ]);
    expect(await serving(only('serves 80'), { today })).toEqual([1, 2]);
    expect(await serving(only('serves 80'), { today, remembered: untold })).toEqual([]);
  });

  test('is found though a port was edited in the recipe itself', async () => {
    const today = await edited(['default: 80', 'default: 81']);
    expect(await serving(only('serves 80'), { today })).toEqual([1, 2]);
    expect(await serving(only('serves 81'), { today })).toEqual([1, 2]);
  });

  test('is found though a parameter was renamed', async () => {
    const today = await edited(
      ['  port: {', '  clientPort: {'],
      ['params.port', 'params.clientPort'],
      ['default: 80', 'default: 81'],
    );
    const remembered = rememberedOf(withPort(8080));
    expect(await serving(only('serves 8080'), { today, remembered })).toEqual([1, 2]);
  });

  test('is found though the gate is gone, and not everybody serves for that', async () => {
    const gate = '      gate: {probe: {command: "serves {{params.port}}"}}\n';
    const today = await edited([gate, ''], [', quorum: majority', '']);
    expect(await serving(only('serves 80'), { today })).toEqual([1, 2]);
  });

  test('is asked in the old way only of nodes that were there then', async () => {
    const today = await ensemble(5);
    expect(await serving(() => 'yes', { today, remembered: untold })).toEqual([1, 2, 3, 4, 5]);
    const remembered = rememberedOf(withPort(8080));
    const answer: Answer = (_, command) => (command === 'serves 8080' ? 'yes' : null);
    expect(await serving(answer, { today, remembered })).toEqual([1, 2, 3]);
  });

  test('is nobody who was not reached', async () => {
    expect(await serving(() => 'ok', { unreached: [2] })).toEqual([1, 3]);
  });

  test('is asked in the old way only of those that do not answer in the new one', async () => {
    const asked: [number, string][] = [];
    const answer: Answer = (node, command) => {
      asked.push([node, command]);
      return node === 3 ? null : 'ok';
    };
    await serving(answer, { remembered: rememberedOf(withPort(8080)) });
    expect(asked).toEqual([
      [1, 'serves 80'],
      [2, 'serves 80'],
      [3, 'serves 80'],
      [3, 'serves 8080'],
    ]);
  });

  test('is everybody who was reached, where no gate tells', async () => {
    expect(questionsAbout(model, phaseOf(model, 'unwatched'), untold).serving).toEqual([]);
    expect(await serving(() => null, { phase: 'unwatched', unreached: [1] })).toEqual([2, 3]);
  });
});

describe('whom an update turns to last', () => {
  const last = async (answer: Answer, remembered = untold) => {
    const questions = questionsAbout(model, phaseOf(model, 'start'), remembered).last;
    const found = await matchingAny(questions, askedNodesOf(model, answer), waiting);
    return found.map(({ scope }) => scope.ordinal);
  };

  test('is who answers as the recipe says', async () => {
    expect(await last((node) => (node === 2 ? 'leader' : 'follower'))).toEqual([2]);
  });

  test('is found in the old way too', async () => {
    const answer: Answer = (node, command) =>
      node === 2 && command === 'role 8080' ? 'leader' : null;
    expect(await last(answer)).toEqual([]);
    expect(await last(answer, rememberedOf(withPort(8080)))).toEqual([2]);
  });

  test('is nobody where the recipe does not say', () => {
    expect(questionsAbout(model, phaseOf(model, 'unwatched'), untold).last).toEqual([]);
  });
});

test('what is remembered says how often and which lines, and asks so', async () => {
  const counted = await edited(
    [
      'gate: {probe: {command: "serves {{params.port}}"}}',
      'gate: {probe: {command: s}, match: y, times: 2}',
    ],
    ['last: leader', 'last: l, times: 1'],
  );
  const compared = await edited([
    'gate: {probe: {command: "serves {{params.port}}"}}',
    'gate: {probe: {command: s}, lines: "b\\na"}',
  ]);
  const remembered: ClusterSnapshot = JSON.parse(JSON.stringify(rememberedOf(counted, compared)));
  expect(remembered.questions['demo']).toMatchObject([
    { serving: { match: 'y', times: 2 }, last: { match: 'l', times: 1 } },
    { serving: { match: null, lines: 'b\na' } },
  ]);
  expect(ClusterSnapshotSchema.parse(remembered)).toEqual(remembered);

  const answers = ['y', 'yy', 'a\nb'];
  const answer: Answer = (node, command) => (command === 's' ? (answers[node - 1] ?? null) : null);
  expect(await serving(answer, { today: counted, remembered })).toEqual([2, 3]);
  expect(await serving(answer, { today: counted, remembered: untold })).toEqual([2]);
});
