import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  allServers,
  awayTogether,
  restartedSince,
  type ServerLife,
  serverLife,
  serverLives,
  serverModes,
} from './support/ensemble.ts';
import {
  cloudRecord,
  insideMachine,
  livingMachines,
  nameOf,
  terminateMachine,
} from './support/ground-truth.ts';
import { errorOf, resultOf } from './support/program.ts';
import { randomNumbers } from './support/random-numbers.ts';
import { CreateResultSchema } from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const names = ['zookeeper-default-1', 'zookeeper-default-2', 'zookeeper-default-3'] as const;
const [first, second, third] = names;

const seed = Number(process.env['DEPLOYER_E2E_SEED'] ?? Date.now() % 1_000_000);
const random = randomNumbers(seed);

let workspace: Workspace;
/** How long a change with a repair before it takes here; a rolling change alone takes more than half of that. */
let usualMs = 0;
beforeAll(async () => {
  console.log(`moments of death come from DEPLOYER_E2E_SEED=${seed}`);
  workspace = await openWorkspace();
  await create();
});
afterAll(async () => workspace[Symbol.asyncDispose]());

async function create(...args: readonly string[]) {
  const outcome = await workspace.run(['zookeeper', '--json', ...args]);
  expect(outcome, `${outcome.stdout}${outcome.stderr}`).toMatchObject({ code: 0 });
  return resultOf(outcome, CreateResultSchema);
}

const inside = (name: string, script: string) => insideMachine(workspace, name, script);
const expectEverywhere = async (setting: string) => {
  for (const conf of await allServers(workspace, 'conf')) expect(conf).toContain(`${setting}\n`);
};
const restarted = async (before: readonly ServerLife[]) =>
  restartedSince(before, await serverLives(workspace));

describe('an ensemble of three whose service runs on two', () => {
  it('gets the third one back before the others take turns with a new setting', async () => {
    const before = await serverLives(workspace);
    await inside(second, 'systemctl stop zookeeper');

    const startedMs = performance.now();
    await create('--set', 'tickTime=1700');
    usualMs = performance.now() - startedMs;

    const repaired = await serverLife(workspace, second);
    const [one, other, ...more] = (await restarted(before)).filter(({ name }) => name !== second);
    expect([one?.name, other?.name].toSorted()).toEqual([first, third]);
    expect(more).toEqual([]);
    expect(repaired.servedUs).toBeLessThan(one?.leftUs ?? 0);
    expect(one?.servedUs).toBeLessThan(other?.leftUs ?? 0);
    await expectEverywhere('tickTime=1700');
  });
});

describe('an ensemble of three of which one cannot be reached', () => {
  it('is not restarted, and does not remember that it was to be', async () => {
    await inside(third, 'systemctl stop ssh zookeeper');
    const before = await serverLives(workspace);

    const refused = await workspace.run(['zookeeper', '--set', 'tickTime=1800', '--json']);

    expect(refused.code).toBe(1);
    const { code, message, hint } = errorOf(refused);
    expect(code).toBe('quorum-endangered');
    expect(message).toContain('would leave 1 of 3 serving');
    expect(message).toContain(`not serving: ${third}`);
    expect(hint).toContain('--force');
    expect(await restarted(before)).toEqual([]);
    expect(await remembered()).not.toContain('1800');
  });

  it('is restarted with --force, which says what it does', async () => {
    const before = await serverLives(workspace);

    const forced = await workspace.run(['zookeeper', '--set', 'tickTime=1800', '--force']);

    expect(forced.code).toBe(1);
    expect(forced.stderr).toMatch(/would leave 1 of 3 serving.*forced/);
    expect(forced.stderr).toContain(third);
    const now = await restarted(before);
    expect(now.map(({ name }) => name).toSorted()).toEqual([first, second]);
    expect(awayTogether(now)).toEqual([]);
    expect((await serverModes(workspace)).get(first)).toMatch(/leader|follower/);
    expect((await serverModes(workspace)).get(second)).toMatch(/leader|follower/);
  });

  it('is whole again once the third one is replaced', async () => {
    const old = (await livingMachines(workspace)).map(({ id }) => id);

    await create('--replace', third);

    const machines = await livingMachines(workspace);
    expect(machines.map(nameOf)).toEqual(names);
    expect(machines.map(({ id }, index) => id === old[index])).toEqual([true, true, false]);
    expect([...(await serverModes(workspace)).values()].toSorted()).toEqual([
      ...['follower', 'follower', 'leader'],
    ]);
    await expectEverywhere('tickTime=1800');
    expect((await create()).changed).toBe(false);
  });
});

describe('a rolling change that is killed with -9 at a random moment', () => {
  it.for([1901, 1902, 1903])(
    'is ended by the next run, with no server restarted twice or beside another (C20, D1; tickTime=%i)',
    async (tickTime) => {
      const before = await serverLives(workspace);
      const setting = ['--set', `tickTime=${tickTime}`];
      const program = workspace.start(['zookeeper', ...setting]);
      const timer = setTimeout(() => program.signal('SIGKILL'), random() * 0.6 * usualMs);
      const { code } = await program.ended;
      clearTimeout(timer);

      await create(...setting);

      const now = await restarted(before);
      console.log(`ended with ${code}; ${now.map(({ name }) => name).join(', ')}`);
      expect(now.map(({ name }) => name).toSorted()).toEqual(names);
      expect(awayTogether(now)).toEqual([]);
      for (const { name, starts } of before) {
        expect(now.find((each) => each.name === name)?.starts, name).toBe(starts + 1);
      }
      await expectEverywhere(`tickTime=${tickTime}`);
      expect((await create()).changed).toBe(false);
    },
  );
});

describe('an ensemble that lost the majority of its machines', () => {
  it('gets no new ones, for they would know nothing of its data', async () => {
    await terminateMachine(workspace, first);
    await terminateMachine(workspace, third);
    const { instances } = await cloudRecord(workspace);

    const refused = await workspace.run(['zookeeper', '--json']);

    expect(refused.code).toBe(1);
    const { code, message, hint } = errorOf(refused);
    expect(code).toBe('machines-lost');
    expect(message).toContain(`${first}, ${third}`);
    expect(hint).toContain('destroy');
    const after = await cloudRecord(workspace);
    expect(after.instances.map(({ id }) => id)).toEqual(instances.map(({ id }) => id));
    expect((await livingMachines(workspace)).map(nameOf)).toEqual([second]);

    expect(await workspace.run(['destroy', 'zookeeper'])).toMatchObject({ code: 0 });
  });
});

describe('an ensemble of one', () => {
  it('does not grow: those who join could outvote what it knows', async () => {
    await create('-n', '1', '--name', 'single');
    const before = await serverLives(workspace);

    const refused = await workspace.run(['zookeeper', '--name', 'single', '-n', '3', '--json']);

    expect(refused.code).toBe(2);
    const { code, message, hint } = errorOf(refused);
    expect(code).toBe('cannot-grow');
    expect(message).toContain('single has 1 node and cannot become 3');
    expect(hint).toMatch(/create a new one of 3 under another --name, and copy/i);
    expect((await livingMachines(workspace)).map(nameOf)).toEqual(['single-1']);
    expect(await create('--name', 'single')).toMatchObject({ changed: false });
    expect(await serverLives(workspace)).toEqual(before);
  });
});

/** All that the program remembers of the cluster. */
function remembered(): Promise<string> {
  return readFile(join(workspace.stateFolder, 'zookeeper-default/snapshot.json'), 'utf8');
}
