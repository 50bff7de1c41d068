import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { eventually } from './support/eventually.ts';
import { insideMachine, livingMachines, nameOf } from './support/ground-truth.ts';
import { errorOf, type Running, resultOf } from './support/program.ts';
import { CreateResultSchema } from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const node = 'waiting-default-1';
const create = ['waiting', '--json', '--events'];
const begun = /"type":"phase-started","phase":"work"/;

let workspace: Workspace;
/** A create whose node is in the middle of a command that ends when it is told to. */
let program: Running;
beforeAll(async () => {
  workspace = await openWorkspace();
});
beforeEach(async () => {
  program = workspace.start(create);
  await program.said(begun);
  await insideMachine(workspace, node, 'until test -e /root/begun; do sleep 0.05; done');
});
afterEach(async () => {
  program.signal('SIGKILL');
  await program.ended;
  expect(await workspace.run(['destroy', 'waiting'])).toMatchObject({ code: 0 });
});
afterAll(async () => workspace[Symbol.asyncDispose]());

const letGo = () => insideMachine(workspace, node, 'touch /root/go');
const lockFiles = async () =>
  (await readdir(join(workspace.stateFolder, 'waiting-default'))).filter((name) =>
    name.startsWith('lock'),
  );

async function expectNextCreateToComplete(): Promise<void> {
  const next = await workspace.run(create);
  expect(next, next.stderr).toMatchObject({ code: 0 });
  expect((await livingMachines(workspace)).map(nameOf)).toEqual([node]);
  expect(await insideMachine(workspace, node, 'ls /root/done')).toBe('/root/done');
}

describe('deployer told to stop', () => {
  it.for(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ends with 130 after one %s, gives the lock back, and the node finishes what it was given (A9)',
    async (signal) => {
      program.signal(signal);
      await program.said(/"type":"notice".*stopping/);

      const outcome = await program.ended;

      expect(outcome.code).toBe(130);
      expect(errorOf(outcome)).toMatchObject({ code: 'interrupted' });
      expect(await lockFiles()).toEqual([]);
      await letGo();
      await eventually(async () => {
        const done = insideMachine(workspace, node, 'ls /root/done');
        return done.then(
          () => true,
          () => false,
        );
      });
      await expectNextCreateToComplete();
    },
  );

  it('ends at once after the second Ctrl-C, and the next create completes (A9)', async () => {
    program.signal('SIGINT');
    await program.said(/"type":"notice".*stopping/);
    program.signal('SIGINT');

    const outcome = await program.ended;

    expect(outcome.code).toBe(130);
    await expect(insideMachine(workspace, node, 'ls /root/done')).rejects.toThrow();
    await letGo();
    await expectNextCreateToComplete();
  });
});

describe('two runs of deployer on one cluster', () => {
  it('are refused with exit code 4 and the name of who holds it (A6)', async () => {
    const second = await workspace.run(create);

    expect(second.code).toBe(4);
    const { code, message } = errorOf(second);
    expect(code).toBe('locked');
    expect(message).toContain('create');
    expect(message).toContain(`pid ${program.pid},`);
    await letGo();
    expect(await program.ended).toMatchObject({ code: 0 });
  });

  it('follow each other with --wait, and the second finds nothing to do (A6)', async () => {
    const second = workspace.start([...create, '--wait', '60s']);
    await second.said(/"type":"notice".*waiting/);
    await letGo();

    expect(await program.ended).toMatchObject({ code: 0 });
    const outcome = await second.ended;
    expect(outcome.code).toBe(0);
    expect(resultOf(outcome, CreateResultSchema).changed).toBe(false);
    expect((await livingMachines(workspace)).map(nameOf)).toEqual([node]);
  });

  it('may go on at once when the first was killed with -9, and say whose lock was taken over (A7)', async () => {
    program.signal('SIGKILL');
    await program.ended;
    expect(await lockFiles()).not.toEqual([]);
    await letGo();

    const next = await workspace.run(create);

    expect(next.code).toBe(0);
    expect(next.stderr).toMatch(new RegExp(`"type":"notice".*took over.*pid ${program.pid}\\b`));
    expect(await lockFiles()).toEqual([]);
  });
});
