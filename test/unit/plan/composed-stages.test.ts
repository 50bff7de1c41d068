import { beforeAll, describe, expect, test } from 'vitest';
import type { ClusterModel } from '../../../src/plan/model.ts';
import { makePlan, type PlanInput } from '../../../src/plan/plan.ts';
import type { Stage } from '../../../src/plan/stage.ts';
import { nodeWishes } from '../../../src/plan/wishes.ts';
import { formed, modelOfTexts } from './model-of.ts';
import { allOk, differing, input, standing } from './observed.ts';

const base = `recipe: base
about: for tests
supports: [debian-12]
roles: {node: {count: 2}}
phases:
  - install: {bake: true, steps: [{package: [runtime]}, {package: [base]}]}
  - configure: {steps: [{file: {path: /etc/base, content: x}}]}
  - start:
      service: {name: base, inputs: [install, configure]}
      gate: {probe: {command: "base at {{node.address}}"}}
`;

/** A recipe that uses `base`, with more said about how. */
function using(more = ''): string {
  return `recipe: top
about: for tests
supports: [debian-12]
roles: {node: {count: 2}}
uses: {base: {roles: {node: {on: node}}${more}}}
phases:
  - install: {bake: true, steps: [{package: [runtime]}, {package: [top]}]}
  - configure: {steps: [{file: {path: /etc/top, content: x}}]}
  - start:
      service: {name: top, inputs: [install, configure]}
      gate: {probe: {command: "top at {{node.address}}"}}
`;
}

let waiting: ClusterModel;
let alongside: ClusterModel;
beforeAll(async () => {
  waiting = await modelOfTexts({ top: using(), base }, 2);
  alongside = await modelOfTexts({ top: using(', alongside: true'), base }, 2);
});

function stagesOf(model: ClusterModel, known: Partial<PlanInput> = {}): readonly Stage[] {
  return makePlan(input(model, known)).stages;
}

/** Of each stage its event, its phases, and those that it comes after. */
function told(stages: readonly Stage[]) {
  return stages.map(({ event, phases, after }) => [event, phases.join(' '), [...after]]);
}

/** The wishes that travel to the first node in a stage. */
function travelling(stage: Stage | undefined): readonly string[] {
  return stage?.nodes[0]?.wishes.map(({ id }) => id) ?? [];
}

describe('a new cluster of two recipes', () => {
  test('installs for both together, then starts the one that is used before the one that uses it', () => {
    const stages = stagesOf(waiting);
    expect(told(stages)).toEqual([
      [null, 'base.install top.install', []],
      ['first', 'base.configure base.start', [0]],
      ['first', 'top.configure top.start', [0, 1]],
    ]);
    expect(travelling(stages[0])).toEqual(['base.install.1', 'base.install.2', 'top.install.2']);
  });

  test('starts both side by side where neither needs the other', () => {
    expect(told(stagesOf(alongside)).map(([, , after]) => after)).toEqual([[], [0], [0]]);
  });
});

describe('what both want to be installed', () => {
  test('is wished once, and a service that it is for knows the phase that it is in', () => {
    const [first] = waiting.nodes;
    if (first === undefined) throw new Error('the cluster has a node');
    const wishes = nodeWishes(waiting, first);
    expect(wishes.map(({ id }) => id)).toEqual([
      ...['base.install.1', 'base.install.2', 'base.configure.1', 'base.start.1'],
      ...['top.install.2', 'top.configure.1', 'top.start.1'],
    ]);
    expect(wishes[0]?.also).toEqual(['top.install']);
    const phases = wishes.flatMap(({ step }) => ('service' in step ? [step.service.phases] : []));
    expect(phases).toEqual([
      ['base.install', 'base.configure'],
      ['top.install', 'top.configure', 'base.install'],
    ]);
  });

  test('is there before the other recipe goes on, also where that does not wait for the first one', () => {
    const model = formed(alongside);
    const lost = differing(allOk(model), 1, { 'base.install.1': null, 'top.configure.1': null });
    const changed = differing(lost, 1, { 'top.start.1': 'restart' });
    const stages = stagesOf(model, { observed: changed, standings: standing('top', [1, 2]) });
    expect(told(stages)).toEqual([
      [null, 'base.install base.start', []],
      ['update', 'top.configure top.start', [0]],
    ]);
  });
});

describe('a change', () => {
  const restart = (...ids: readonly string[]) =>
    Object.fromEntries(ids.map((id) => [id, id.includes('start') ? ('restart' as const) : null]));

  test('of what is installed for a service that runs stays in the turns of that service', () => {
    const model = formed(alongside);
    const own = restart('base.install.2', 'base.start.1', 'top.install.2', 'top.start.1');
    const observed = [1, 2].reduce((all, each) => differing(all, each, own), allOk(model));
    const standings = new Map([...standing('base', [1, 2]), ...standing('top', [1, 2])]);
    expect(told(stagesOf(model, { observed, standings }))).toEqual([
      ['update', 'base.install base.start', []],
      ['update', 'top.install top.start', []],
    ]);
  });

  test('of the used recipe comes first where the other one waits for it', () => {
    const model = formed(waiting);
    const own = restart('base.configure.1', 'base.start.1', 'top.configure.1', 'top.start.1');
    const observed = differing(allOk(model), 1, own);
    const standings = new Map([...standing('base', [1, 2]), ...standing('top', [1, 2])]);
    expect(told(stagesOf(model, { observed, standings }))).toEqual([
      ['update', 'base.configure base.start', []],
      ['update', 'top.configure top.start', [0]],
    ]);
  });

  test('of one recipe leaves the other alone', () => {
    const model = formed(waiting);
    const observed = differing(allOk(model), 1, restart('top.configure.1', 'top.start.1'));
    const stages = stagesOf(model, { observed, standings: standing('top', [1, 2]) });
    expect(told(stages)).toEqual([['update', 'top.configure top.start', []]]);
  });
});

test('nodes that join install for both recipes at once before they take turns', async () => {
  const serial = (text: string) =>
    text.replace('      gate', '      join: {mode: serial}\n      gate');
  const model = formed(await modelOfTexts({ top: serial(using()), base: serial(base) }, 4), [1, 2]);
  const observed = allOk(model, [1, 2]);
  const stages = stagesOf(model, { observed });
  expect(stages.map(({ event, phases, nodes }) => [event, phases.join(' '), nodes.length])).toEqual(
    [
      [null, 'base.install top.install', 2],
      [null, 'base.configure', 2],
      ['join', 'base.start', 2],
      [null, 'top.configure', 2],
      ['join', 'top.start', 2],
    ],
  );
});

test('a gate is asked of a node with what its own recipe sees', () => {
  const gates = stagesOf(alongside).map(({ gate }) => gate?.probeAt({ ordinal: 2 }));
  expect(gates).toEqual([
    undefined,
    { command: 'base at ‹top-default-2.address›' },
    { command: 'top at ‹top-default-2.address›' },
  ]);
});
