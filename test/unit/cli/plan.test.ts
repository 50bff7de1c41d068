import { describe, expect, test } from 'vitest';
import type { Actions } from '../../../src/cli/actions.ts';
import { run } from './fake-session.ts';

const machine = { ordinal: 1, name: 'hello-default-1', action: 'launch', reason: 'new' } as const;

const planOf =
  (machines: readonly (typeof machine)[], ok = true): Actions['plan'] =>
  async ({ recipe, profile, name, count, parameters, replace }) => ({
    ...{ ok, cluster: 'hello-default', hash: '7f3a2c', summary: 'hello-default', changes: 0 },
    ...{ machines, nodes: [], order: [], phases: [], recorded: {}, refusal: null, goal: null },
    request: { recipe, profile, name, count, parameters, replace },
  });

const drift =
  (drifted: boolean, ok = true): Actions['drift'] =>
  async () => ({ cluster: 'hello-default', ok, drifted, machines: [], nodes: [] });

describe('plan', () => {
  test('ends well whatever would change, unless the exit code is to tell', async () => {
    const pending = { plan: planOf([machine]) };
    expect((await run(['plan', 'hello'], pending)).code).toBe(0);
    expect((await run(['plan', 'hello', '--exit-code'], pending)).code).toBe(3);
    expect((await run(['hello', '--op', 'plan', '--exit-code'], { plan: planOf([]) })).code).toBe(
      0,
    );
  });

  test('fails when a node could not be compared', async () => {
    expect((await run(['plan', 'hello'], { plan: planOf([], false) })).code).toBe(1);
  });

  test('says how to apply exactly this', async () => {
    const argv = ['plan', 'hello', '-n', '5', '--set', 'greeting=good day', '--replace', '1,2'];
    const { stdout } = await run(argv, { plan: planOf([machine]) });
    expect(stdout).toContain("deployer hello -n 5 --set 'greeting=good day' --replace 1,2\n");
    const saved = await run([...argv, '--out', 'p.json'], { plan: planOf([machine]) });
    expect(saved.stdout).toContain('deployer hello --plan p.json\n');
  });

  test('prints one object for programs', async () => {
    const { stdout } = await run(['plan', 'hello', '--json'], { plan: planOf([machine]) });
    expect(JSON.parse(stdout)).toMatchObject({
      ...{ version: 1, operation: 'plan', ok: true, machines: [machine] },
      request: { recipe: 'hello', parameters: {}, replace: [] },
    });
  });
});

test.each([
  [false, true, 0],
  [true, true, 3],
  [true, false, 3],
  [false, false, 1],
])('drift found: %j, seen everywhere: %j, exit code %i', async (drifted, ok, code) => {
  const ran = await run(['drift', 'hello', '--json'], { drift: drift(drifted, ok) });
  expect(ran.code).toBe(code);
  expect(JSON.parse(ran.stdout)).toMatchObject({ operation: 'drift', drifted, ok });
});
