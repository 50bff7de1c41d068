import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { openCloud } from '../../src/localcloud/cloud.ts';
import { accountOf } from '../../src/localcloud/names.ts';
import { eventually } from './support/eventually.ts';
import { insideMachine, livingMachines, nameOf, runningMachines } from './support/ground-truth.ts';
import { errorOf, resultOf } from './support/program.ts';
import { CreateResultSchema, DriftResultSchema, PlanResultSchema } from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const names = ['planned-default-1', 'planned-default-2', 'planned-default-3'] as const;
const [first, second, third] = names;

/** Like `hello`, with what drift has to tell besides: a package, a folder, a file with an owner and a secret one. */
const recipe = `
recipe: planned
about: A service that greets
supports: [debian-12]
params:
  greeting: {type: string, default: hello, about: the word of the greeting}
roles:
  node: {count: 3}
recorded:
  founders: {scope: cluster, value: founders}
phases:
  - install:
      steps:
        - package: [tree]
        - directory: {path: /etc/planned}
  - configure:
      steps:
        - file: {path: /etc/planned/greeting, content: "{{params.greeting}} from {{node.name}}\\n", owner: daemon}
        - file: {path: /etc/planned/members, content: "{{#each nodes}}{{name}} {{address}}\\n{{/each}}"}
        - file: {path: /etc/planned/secret, content: "{{params.greeting}}-s3cret\\n", secret: true}
        - unit: {name: planned, content: "[Service]\\nExecStart=/bin/sleep infinity\\n[Install]\\nWantedBy=multi-user.target\\n"}
  - start:
      service: {name: planned, inputs: [configure]}
      first: {mode: batched}
      update: {mode: serial}
      gate:
        probe: {command: systemctl is-active planned}
        match: ^active
        within: 20s
proofs:
  - about: every node runs
    class: read
    probe: {command: systemctl is-active planned}
    match: ^active
    on: every
`;

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
  await workspace.write('recipes/planned.yml', recipe);
});
afterAll(async () => workspace[Symbol.asyncDispose]());

const inside = (name: string, script: string) => insideMachine(workspace, name, script);
const invocations = () =>
  Promise.all(names.map((name) => inside(name, 'systemctl show -P InvocationID planned')));

/** Ends a machine behind the program's back, as an operator or the cloud may. */
async function terminate(name: string): Promise<void> {
  const machine = (await livingMachines(workspace)).find((each) => nameOf(each) === name);
  const { cloudFolder: directory, stateFolder } = workspace;
  const cloud = openCloud({ directory, account: accountOf(stateFolder), clock: systemClock });
  const { status, body } = await cloud.call(
    `Action=TerminateInstances&Version=2016-11-15&InstanceId.1=${machine?.id}`,
  );
  expect(status, body).toBe(200);
}

async function plan(...args: readonly string[]) {
  const outcome = await workspace.run(['plan', 'planned', '--json', ...args]);
  return { code: outcome.code, ...resultOf(outcome, PlanResultSchema) };
}

async function drift() {
  const outcome = await workspace.run(['drift', 'planned', '--json']);
  return { code: outcome.code, ...resultOf(outcome, DriftResultSchema) };
}

async function create(...args: readonly string[]) {
  const outcome = await workspace.run(['planned', '--json', ...args]);
  expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
  return resultOf(outcome, CreateResultSchema);
}

describe('a plan for a cluster that does not exist', () => {
  it('shows everything, with placeholders for what is not known yet, and leaves no trace', async () => {
    const before = await readdir(workspace.folder);
    const { code, machines, nodes, order, recorded, refusal } = await plan();

    expect(code).toBe(0);
    expect(machines).toEqual(
      names.map((name, index) => ({ ordinal: index + 1, name, action: 'launch', reason: 'new' })),
    );
    const tree = { name: 'tree', phase: 'install' };
    expect(nodes.map(({ packages }) => packages)).toEqual([[tree], [tree], [tree]]);
    const [greeting, members, secret, unit] = nodes[0]?.files ?? [];
    expect(greeting?.diff).toContain(`--- /dev/null\n+++ /etc/planned/greeting`);
    expect(greeting?.diff).toContain(`+hello from ${first}`);
    expect(members?.diff).toContain(`+${second} ‹${second}.address›`);
    const phase = 'configure';
    expect(secret).toEqual({
      ...{ path: '/etc/planned/secret', phase, diff: null, detail: 'new (secret)' },
    });
    expect(unit?.path).toBe('/etc/systemd/system/planned.service');
    expect(order).toMatchObject([{ service: 'planned', event: 'first', nodes: names, atOnce: 3 }]);
    expect(Object.values(recorded).map(({ founders }) => founders.length)).toEqual([3]);
    expect(refusal).toBeNull();
    const after = await readdir(workspace.folder);
    expect(after.filter((name) => !before.includes(name) && name !== 'cloud')).toEqual([]);
    expect(await readdir(workspace.cloudFolder)).toEqual([]);
  });

  it('is the same plan each time, and pending', async () => {
    const once = await plan('--exit-code');
    const again = await plan('--exit-code');

    expect(once.code).toBe(3);
    expect(again.hash).toBe(once.hash);
  });

  it('refuses a file that cannot be written', async () => {
    const outcome = await workspace.run(['plan', 'planned', '--out', 'nowhere/p', '--json']);

    expect(outcome.code).toBe(2);
    expect(errorOf(outcome)).toMatchObject({ code: 'unwritable' });
  });

  it('is kept in a file and applied as it is, and then there is nothing left to do', async () => {
    const outcome = await workspace.run(['plan', 'planned', '--out', 'saved.json']);
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    expect(outcome.stdout).toContain(`+ launch ${first}`);
    expect(outcome.stdout).toContain('--plan saved.json');
    const saved = JSON.parse(await readFile(join(workspace.folder, 'saved.json'), 'utf8'));
    expect(saved).toEqual(expect.objectContaining({ operation: 'plan', ok: true }));
    PlanResultSchema.parse(saved);

    expect((await create('--plan', 'saved.json')).changed).toBe(true);

    const { code, changes, machines, nodes, order, recorded } = await plan('--exit-code');
    expect({ code, changes, machines, order, recorded }).toEqual({
      ...{ code: 0, changes: 0, machines: [], order: [], recorded: {} },
    });
    expect(nodes.map(({ name }) => name)).toEqual(names);
    expect((await drift()).drifted).toBe(false);
  });
});

describe('a plan for a cluster that runs', () => {
  it('shows what a change does to files and services, and changes nothing', async () => {
    const before = await invocations();

    const { code, nodes, order, hash } = await plan('--set', 'greeting=hi', '--exit-code');

    expect(code).toBe(3);
    const phase = 'configure';
    expect(nodes[1]?.files).toEqual([
      {
        path: '/etc/planned/greeting',
        phase,
        detail: 'content differs',
        diff: `--- /etc/planned/greeting\n+++ /etc/planned/greeting\n@@ -1,1 +1,1 @@\n-hello from ${second}\n+hi from ${second}\n`,
      },
      {
        ...{ path: '/etc/planned/secret', phase, diff: null },
        detail: 'changed (secret): content differs',
      },
    ]);
    const reason = 'file /etc/planned/greeting, file /etc/planned/secret change';
    expect(nodes[1]?.restarts).toEqual([{ service: 'planned', action: 'restart', reason }]);
    expect(order).toEqual([
      { service: 'planned', event: 'update', nodes: names, atOnce: 1, last: [] },
    ]);
    expect(await invocations()).toEqual(before);
    expect((await plan()).hash).not.toBe(hash);
    expect((await drift()).code).toBe(0);
  });

  it.for([
    ['a file that the plan leaves alone', '/etc/planned/members'],
    ['a file that the plan replaces', '/etc/planned/greeting'],
  ] as const)(
    'is not applied once somebody has edited %s, and nothing is touched then',
    async ([, path]) => {
      await workspace.run(['plan', 'planned', '--set', 'greeting=hi', '--out', 'hi.json']);
      await inside(third, `echo other >${path}`);
      const before = await invocations();

      const outcome = await workspace.run(['planned', '--plan', 'hi.json', '--json']);

      expect(outcome.code).toBe(2);
      expect(errorOf(outcome).code).toBe('plan-outdated');
      expect(await inside(third, `cat ${path}`)).toBe('other');
      expect(await inside(first, 'cat /etc/planned/greeting')).toBe(`hello from ${first}`);
      expect(await invocations()).toEqual(before);
      await create();
    },
  );
});

describe('drift', () => {
  /** Runs create, and expects that only the services of these nodes were started anew. */
  async function repair(...restarted: readonly string[]) {
    const before = await invocations();
    expect((await create()).changed).toBe(true);
    const after = await invocations();
    expect(names.filter((_, index) => before[index] !== after[index])).toEqual(restarted);
    expect(await drift()).toMatchObject({ code: 0, ok: true, drifted: false });
  }

  it('tells of content, modes and owners of files, which are put back without a restart', async () => {
    await inside(first, 'echo more >>/etc/planned/greeting; chmod 0600 /etc/planned/members');
    await inside(third, 'chown root /etc/planned/greeting; echo x >/etc/planned/secret');

    const { code, ok, drifted, nodes } = await drift();

    expect({ code, ok, drifted }).toEqual({ code: 3, ok: true, drifted: true });
    expect(nodes.map(({ items }) => items)).toEqual([
      [
        {
          kind: 'file',
          what: '/etc/planned/greeting',
          detail: 'content differs',
          diff: `--- /etc/planned/greeting\n+++ /etc/planned/greeting\n@@ -1,2 +1,1 @@\n hello from ${first}\n-more\n`,
        },
        {
          kind: 'file',
          what: '/etc/planned/members',
          detail: 'mode 0600 -> 0644',
          diff: null,
        },
      ],
      [],
      [
        {
          kind: 'file',
          what: '/etc/planned/greeting',
          detail: expect.stringContaining('owner root:'),
          diff: null,
        },
        {
          kind: 'file',
          what: '/etc/planned/secret',
          detail: 'changed (secret): content differs',
          diff: null,
        },
      ],
    ]);
    await repair();
  });

  it('tells of services, units and packages, and only what does not run is started', async () => {
    await inside(second, 'systemctl stop planned; dpkg --purge tree');
    await inside(third, 'systemctl disable planned');

    const { code, nodes } = await drift();

    expect(code).toBe(3);
    expect(nodes[0]?.items).toEqual([]);
    expect(nodes[1]?.items).toEqual([
      { kind: 'package', what: 'tree', detail: 'not installed: tree', diff: null },
      { kind: 'service', what: 'planned', detail: 'not running (inactive)', diff: null },
    ]);
    expect(nodes[2]?.items).toMatchObject([
      { kind: 'unit', what: 'planned', detail: 'disabled' },
      { kind: 'service', what: 'planned', detail: 'not enabled' },
    ]);
    await repair(second);
  });

  it('compares with what was applied, not with the recipe of today', async () => {
    await workspace.edit(
      'recipes/planned.yml',
      'path: /etc/planned/greeting',
      'path: /etc/planned/word',
    );

    expect((await drift()).code).toBe(0);
    expect((await plan('--exit-code')).code).toBe(3);

    await workspace.edit('recipes/planned.yml', 'phases:', 'phrases:');
    expect((await drift()).code).toBe(0);
    await workspace.write('recipes/planned.yml', recipe);
  });

  it('tells of machines that are off or gone, which come back', async () => {
    await inside(first, 'systemctl poweroff --no-block');
    await terminate(second);
    await eventually(async () => (await runningMachines(workspace)).length === 1);

    const { code, ok, machines, nodes } = await drift();

    expect({ code, ok }).toEqual({ code: 3, ok: true });
    expect(machines.map(({ name }) => name)).toEqual([first, second]);
    expect(machines[0]?.detail).toMatch(/^i-\w+: stopped$/);
    expect(nodes.map(({ unknown }) => unknown === null)).toEqual([false, false, true]);

    const shown = await plan('--exit-code');
    expect(shown.code).toBe(3);
    expect(shown.machines.map(({ name, action }) => [name, action])).toEqual([
      [first, 'start'],
      [second, 'replace'],
    ]);
    expect(shown.nodes[0]?.unknown).toContain('stopped');
    expect(shown.nodes[1]?.files[0]?.diff).toContain('--- /dev/null');
    expect(shown.nodes[2]?.files[0]?.diff).toContain(`+${second} ‹${second}.address›`);

    expect((await create()).changed).toBe(true);
    expect(await drift()).toMatchObject({ code: 0, drifted: false });
  });

  it('needs a cluster that is remembered', async () => {
    const outcome = await workspace.run(['drift', 'hello', '--json']);

    expect(outcome.code).toBe(1);
    expect(errorOf(outcome).code).toBe('no-such-cluster');
  });
});
