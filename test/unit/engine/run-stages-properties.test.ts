import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StagesOutcome } from '../../../src/engine/run-stages.ts';
import { DeployerError } from '../../../src/errors.ts';
import { type DrawnRun, type Entry, runs, type WalkedRun, walked } from './drawn-work.ts';

/** Holds for whatever run and whatever order in which things end. */
function always(holds: (run: WalkedRun, drawn: DrawnRun) => void): Promise<void> {
  const property = fc.asyncProperty(fc.scheduler(), runs, async (scheduler, drawn) =>
    holds(await walked(scheduler, drawn), drawn),
  );
  return fc.assert(property, { numRuns: 400 });
}

/** The same, for runs that come to their end. */
function alwaysAtTheEnd(
  holds: (run: WalkedRun & { readonly outcome: StagesOutcome }, drawn: DrawnRun) => void,
): Promise<void> {
  return always((run, drawn) => {
    const { outcome } = run;
    if (!(outcome instanceof DeployerError)) holds({ ...run, outcome }, drawn);
  });
}

/** Names of nodes in entries of this kind, in their order. */
function named(trace: readonly Entry[], kind: Entry['kind'], stage?: number): readonly string[] {
  return trace
    .filter((entry) => entry.kind === kind && (stage === undefined || entry.stage === stage))
    .flatMap(({ nodes }) => nodes);
}

function isUnique(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

/** Whether the nodes of a stage take turns, as far as the run came to it with so many nodes. */
function takesTurns({ trace, stages }: WalkedRun, stage: number): boolean {
  return named(trace, 'chosen', stage).length > 0 || stages[stage]?.quorum !== null;
}

test('in a stage no node is worked on twice, none asked twice, and none that is absent', () =>
  always(({ stages, trace }, { absent }) => {
    for (const kind of ['chosen', 'permit', 'apply', 'gate', 'done'] as const) {
      for (const index of stages.keys()) {
        const names = named(trace, kind, index);
        expect(isUnique(names)).toBe(true);
        expect(absent.some((ordinal) => names.includes(`node-${ordinal}`))).toBe(false);
      }
    }
  }));

test('never more nodes than the window are between the start of their exchange and the end of their gate', () =>
  always(({ stages, mostAtOnce }) => {
    stages.forEach(({ window }, index) => {
      expect(mostAtOnce[index]).toBeLessThanOrEqual(window);
    });
  }));

test('nodes that take turns do so in the order in which they were chosen', () =>
  always((run) => {
    for (const index of run.stages.keys()) {
      const chosen = named(run.trace, 'chosen', index);
      const permitted = named(run.trace, 'permit', index);
      expect(permitted).toEqual(chosen.slice(0, permitted.length));
      if (!takesTurns(run, index)) continue;
      const applied = named(run.trace, 'apply', index);
      expect(permitted).toEqual(expect.arrayContaining([...applied]));
    }
  }));

test('each node waits for its permission, and its exchange for that; the gate for its exchange', () =>
  always((run) => {
    for (const index of run.stages.keys()) {
      const before = takesTurns(run, index)
        ? ['chosen', 'permit', 'apply', 'gate']
        : ['apply', 'gate'];
      const own = run.trace.filter(({ stage }) => stage === index);
      for (const name of named(own, 'apply')) {
        const kinds = own
          .filter(({ nodes }) => nodes.includes(name))
          .map(({ kind }) => String(kind));
        expect(kinds.filter((kind) => before.includes(kind))).toEqual(
          before.slice(0, kinds.includes('gate') ? before.length : before.length - 1),
        );
      }
    }
  }));

test('one stage is over before the next begins', () =>
  always(({ trace }) => {
    const order = trace.map(({ stage }) => stage);
    expect(order).toEqual(order.toSorted((left, right) => left - right));
  }));

test('after a failure nothing of its service begins any more, in its stage or a later one', () =>
  always((run) => {
    const { trace, stages } = run;
    trace.forEach((failure, at) => {
      if (failure.kind !== 'failed') return;
      const service = stages[failure.stage]?.service ?? null;
      const begun = trace.slice(at + 1).filter(({ kind }) => kind === 'permit' || kind === 'apply');
      const own = begun.filter(({ stage }) => stage === failure.stage);
      expect(own).toEqual([]);
      if (service === null) return;
      expect(begun.filter(({ stage }) => stages[stage]?.service === service)).toEqual([]);
    });
  }));

test('after a failure the stages of other services go on with all nodes that are through', () =>
  alwaysAtTheEnd(({ stages, trace }, { absent }) => {
    const out = new Set(absent.map((ordinal) => `node-${ordinal}`));
    const failed = new Set<string>();
    stages.forEach(({ service, nodes }, index) => {
      const present = nodes.map(({ name }) => name).filter((name) => !out.has(name));
      const isLeft = service !== null && failed.has(service);
      const hasFailed = named(trace, 'failed', index).length > 0;
      const applied = named(trace, 'apply', index);
      if (isLeft) expect(applied).toEqual([]);
      else if (!hasFailed) expect(applied.toSorted()).toEqual(present.toSorted());
      if (hasFailed && service !== null) failed.add(service);
      const through = new Set(named(trace, 'passed', index));
      for (const { name } of nodes) if (!through.has(name)) out.add(name);
    });
  }));

test('in the end every node is through with all of its stages, failed, untouched or absent, and nothing is lost', () =>
  alwaysAtTheEnd(({ stages, trace, outcome }, { absent }) => {
    const failed = outcome.failures.map(({ node }) => node);
    expect(failed.toSorted()).toEqual(named(trace, 'failed').toSorted());
    const away = absent.map((ordinal) => `node-${ordinal}`);
    const through = [
      ...new Set(stages.flatMap(({ nodes }) => nodes.map(({ name }) => name))),
    ].filter((name) =>
      stages.every(
        ({ nodes }, index) =>
          !nodes.some((node) => node.name === name) || named(trace, 'passed', index).includes(name),
      ),
    );
    const all = new Set([...stages.flatMap(({ nodes }) => nodes.map(({ name }) => name)), ...away]);
    const accounted = [...failed, ...outcome.untouched, ...away, ...through];
    expect(accounted.toSorted()).toEqual([...all].toSorted());
  }));

test('a stage is done when all of its nodes are through, also with earlier ones of its service, and only then', () =>
  alwaysAtTheEnd(({ stages, trace }) => {
    const unfinished = new Set<string>();
    stages.forEach(({ service, nodes }, index) => {
      const names = nodes.map(({ name }) => name);
      const isThrough = names.every((name) => named(trace, 'passed', index).includes(name));
      if (!isThrough && service !== null) unfinished.add(service);
      const isDone = isThrough && !(service !== null && unfinished.has(service));
      expect(named(trace, 'done', index)).toEqual(isDone ? names : []);
    });
  }));

test('an interrupted run begins nothing more, and ends with the reason once nothing is under way', () =>
  always(({ outcome, afterInterruption, underWay }) => {
    expect(afterInterruption).toBe(0);
    expect(underWay).toBe(0);
    if (outcome instanceof DeployerError) expect(['interrupted', 'stuck']).toContain(outcome.code);
  }));

test('every phase that begins also ends, and tells of each node that came through and of each that failed', () =>
  always(({ stages, trace, events }) => {
    for (const [index, { phases }] of stages.entries()) {
      const own = events.filter((event) => 'phase' in event && event.phase === phases[0]);
      const started = own.filter(({ type }) => type === 'phase-started');
      const ended = own.filter((event) => event.type === 'phase-ended');
      expect(started.length).toBeLessThanOrEqual(1);
      expect(ended).toHaveLength(started.length);
      const nodes = own.filter((event) => event.type === 'node-phase-ended');
      const told = (isOk: boolean) => nodes.filter(({ ok }) => ok === isOk).map(({ node }) => node);
      expect(told(true).toSorted()).toEqual(named(trace, 'passed', index).toSorted());
      expect(told(false).toSorted()).toEqual(named(trace, 'failed', index).toSorted());
      for (const { ok, done, total } of ended) {
        expect(done).toBe(told(true).length);
        expect(ok).toBe(done === total);
      }
    }
  }));

/** Stages that come after some of those before them, at will. */
const linkedRuns = fc
  .record({ drawn: runs, links: fc.infiniteStream(fc.boolean()) })
  .map(({ drawn, links }) => {
    const after = drawn.stages.map((_, index) =>
      drawn.stages.flatMap((__, other) => (other < index && links.next().value ? [other] : [])),
    );
    return { drawn, after };
  });

/** Every stage that one comes after, whether directly or not. */
function ancestors(after: readonly (readonly number[])[], stage: number): ReadonlySet<number> {
  const direct = after[stage] ?? [];
  return new Set(direct.flatMap((each) => [each, ...ancestors(after, each)]));
}

function alwaysLinked(
  holds: (run: WalkedRun, after: readonly (readonly number[])[], drawn: DrawnRun) => void,
): Promise<void> {
  const property = fc.asyncProperty(fc.scheduler(), linkedRuns, async (scheduler, linked) => {
    const { drawn, after } = linked;
    holds(await walked(scheduler, drawn, (index) => after[index] ?? []), after, drawn);
  });
  return fc.assert(property, { numRuns: 400 });
}

test('a stage begins when those that it comes after are over, and waits for no other', () =>
  alwaysLinked(({ trace, stages }, after) => {
    for (const stage of stages.keys()) {
      const begins = trace.findIndex((entry) => entry.stage === stage);
      for (const before of ancestors(after, stage)) {
        const ends = trace.findLastIndex((entry) => entry.stage === before);
        if (begins >= 0) expect(ends).toBeLessThan(begins);
      }
    }
  }));

test('a node that is not through with a stage takes part in all others but those that come after it', () =>
  alwaysLinked(({ trace, stages, outcome }, after, { absent }) => {
    if (outcome instanceof DeployerError) return;
    const through = stages.map((_, index) => new Set(named(trace, 'passed', index)));
    const away = new Set(absent.map((ordinal) => `node-${ordinal}`));
    const failed = new Set(
      stages.flatMap(({ service }, index) =>
        service !== null && named(trace, 'failed', index).length > 0 ? [service] : [],
      ),
    );
    stages.forEach(({ nodes, service }, index) => {
      if (service !== null && failed.has(service)) return;
      if (named(trace, 'failed', index).length > 0) return;
      const expected = nodes
        .map(({ name }) => name)
        .filter((name) => !away.has(name))
        .filter((name) =>
          [...ancestors(after, index)].every(
            (before) =>
              !stages[before]?.nodes.some((node) => node.name === name) ||
              through[before]?.has(name) === true,
          ),
        );
      expect(named(trace, 'apply', index).toSorted()).toEqual(expected.toSorted());
    });
  }));

test('whatever is linked, an interrupted run ends once nothing is under way', () =>
  alwaysLinked(({ outcome, underWay, afterInterruption }) => {
    expect(underWay).toBe(0);
    expect(afterInterruption).toBe(0);
    if (outcome instanceof DeployerError) expect(['interrupted', 'stuck']).toContain(outcome.code);
  }));

test('a node works for one stage at a time', () =>
  alwaysLinked(({ mostAtANode }) => {
    expect(mostAtANode).toBeLessThanOrEqual(1);
  }));
