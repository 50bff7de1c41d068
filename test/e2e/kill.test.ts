import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import {
  cloudRecord,
  insideMachine,
  livingMachines,
  nameOf,
  runningMachines,
  tracesOf,
} from './support/ground-truth.ts';
import { resultOf } from './support/program.ts';
import { randomNumbers } from './support/random-numbers.ts';
import { CreateResultSchema } from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const names = ['hello-default-1', 'hello-default-2', 'hello-default-3'];
const create = ['hello', '-n', '3', '--json'];
const destroy = ['hello', '--op', 'destroy', '--json'];

const seed = Number(process.env['DEPLOYER_E2E_SEED'] ?? Date.now() % 1_000_000);
const random = randomNumbers(seed);

let workspace: Workspace;
/** How long each verb takes here when nobody kills it. */
const usualMs = { create: 0, destroy: 0 };
beforeAll(async () => {
  console.log(`moments of death come from DEPLOYER_E2E_SEED=${seed}`);
  workspace = await openWorkspace();
  usualMs.create = await timed(create);
  usualMs.destroy = await timed(destroy);
});
afterAll(async () => workspace[Symbol.asyncDispose]());

describe('deployer killed with -9 at a random moment', () => {
  it.for([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])(
    'ends, when it is run again, with what was wished and with nothing twice (A1, A2, A3, A4, A7, B1, B17, C20; round %i)',
    async () => {
      // It must not fail the next rounds as well.
      onTestFailed(async () => {
        await workspace.run(destroy);
      });
      await killedWithin(create, usualMs.create);

      const again = await workspace.run(create);

      expect(again, again.stdout).toMatchObject({ code: 0 });
      await expectThreeMachines();

      const third = resultOf(await workspace.run(create), CreateResultSchema);

      expect(third.changed).toBe(false);

      await killedWithin(destroy, usualMs.destroy);

      expect(await workspace.run(destroy)).toMatchObject({ code: 0 });
      expect(await livingMachines(workspace)).toEqual([]);
      expect((await cloudRecord(workspace)).keyPairs).toEqual([]);
      expect(await tracesOf(workspace)).toEqual([]);
    },
  );
});

async function expectThreeMachines(): Promise<void> {
  const machines = await livingMachines(workspace);
  expect(machines.map(nameOf)).toEqual(names);
  expect(new Set(machines.map(({ address }) => address)).size).toBe(3);
  expect(await runningMachines(workspace)).toEqual(machines.map(({ id }) => id).sort());
  expect((await cloudRecord(workspace)).keyPairs).toHaveLength(1);
  for (const name of names) {
    const greeting = await insideMachine(workspace, name, 'cat /run/hello/greeting');
    expect(greeting).toBe(`hello from ${name}`);
  }
}

async function killedWithin(args: readonly string[], ms: number): Promise<void> {
  const program = workspace.start(args);
  const timer = setTimeout(() => program.signal('SIGKILL'), random() * ms);
  await program.ended;
  clearTimeout(timer);
}

async function timed(args: readonly string[]): Promise<number> {
  const startedMs = performance.now();
  expect(await workspace.run(args)).toMatchObject({ code: 0 });
  return performance.now() - startedMs;
}
