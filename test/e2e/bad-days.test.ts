import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { setMisbehaviour } from '../../src/localcloud/misbehaviour.ts';
import { cloudRecord, insideMachine, livingMachines, tracesOf } from './support/ground-truth.ts';
import { errorOf, type Outcome, type ReportedError } from './support/program.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

let workspace: Workspace;
/** The cluster that the test is about, to be destroyed after it. */
let cluster: readonly string[];
beforeAll(async () => {
  workspace = await openWorkspace();
});
afterEach(async () => {
  expect(await workspace.run(['destroy', ...cluster])).toMatchObject({ code: 0 });
  expect(await livingMachines(workspace)).toEqual([]);
  expect((await cloudRecord(workspace)).keyPairs).toEqual([]);
  expect(await tracesOf(workspace)).toEqual([]);
});
afterAll(async () => workspace[Symbol.asyncDispose]());

function create(...words: readonly string[]): Promise<Outcome> {
  cluster = words;
  return workspace.run([...words, '--json']);
}

/** What a node's error told, once it is certain that the run failed because of exactly these nodes. */
function failures(outcome: Outcome, ...nodes: readonly string[]) {
  const error = errorOf(outcome);
  expect(outcome.code).toBe(1);
  expect(error.nodes?.map(({ node }) => node)).toEqual(nodes);
  return error.nodes?.map(({ error: each }) => each) ?? [];
}

function textOf(error: Partial<ReportedError> | undefined): string {
  return [error?.message, error?.excerpt, error?.hint].join('\n');
}

const configured = (node: string) => insideMachine(workspace, node, 'cat /root/configured');

describe('deployer on a bad day', () => {
  it("shows apt's own words when there is no such package, and goes on once the recipe is right", async () => {
    const node = 'no-package-default-1';

    const [error] = failures(await create('no-package'), node);

    expect(error?.code).toBe('step-failed');
    expect(textOf(error)).toContain('Unable to locate package no-archive-has-this');
    await expect(configured(node)).rejects.toThrow();

    await workspace.edit('recipes/no-package.yml', 'no-archive-has-this', 'tar');

    expect(await create('no-package')).toMatchObject({ code: 0 });
    expect(await configured(node)).toBe('yes');
  });

  it('shows what a service said that died at its start, and starts it once it is right', async () => {
    const node = 'dying-default-1';

    const [error] = failures(await create('dying'), node);

    expect(textOf(error)).toContain('dying');
    expect(textOf(error)).toContain('the moon is full');

    await workspace.edit('recipes/dying.yml', 'exit 3', 'exec sleep infinity');

    expect(await create('dying')).toMatchObject({ code: 0 });
    expect(await insideMachine(workspace, node, 'systemctl is-active dying')).toBe('active');
  });

  it('shows the console of a machine that never answers (B8, C1)', async () => {
    await setMisbehaviour(workspace.cloud(), ['never-ssh']);
    let outcome: Outcome;
    try {
      outcome = await create('hello', '-p', 'impatient');
    } finally {
      await setMisbehaviour(workspace.cloud(), []);
    }

    const [error] = failures(outcome, 'hello-impatient-1');
    const [machine] = await livingMachines(workspace);

    expect(error?.code).toMatch(/^(ssh-unreachable|no-ssh-banner|ssh-handshake-failed)$/);
    expect(error?.excerpt).toContain(`console of ${machine?.id}`);
    expect(error?.excerpt).toContain('Reached target');
  });

  it('refuses a machine with another host key than its own and shows both, until the key is back (C7)', async () => {
    const node = 'hello-default-1';
    const fingerprint = `ssh-keygen -lf /etc/ssh/ssh_host_ed25519_key.pub | grep -o 'SHA256:[^ ]*'`;
    expect(await create('hello')).toMatchObject({ code: 0 });
    const own = await insideMachine(workspace, node, fingerprint);
    const other = await insideMachine(
      workspace,
      node,
      `cd /etc/ssh; mkdir /root/keys; mv ssh_host_ed25519_key* /root/keys/
       ssh-keygen -q -t ed25519 -N '' -f ssh_host_ed25519_key; systemctl restart ssh; ${fingerprint}`,
    );

    const outcome = await create('hello');

    expect(outcome.code).toBe(1);
    const { nodes = [], ...alone } = errorOf(outcome);
    const error = nodes[0]?.error ?? alone;
    expect(error.code).toBe('wrong-host-key');
    expect(textOf(error)).toContain(own);
    expect(textOf(error)).toContain(other);

    await insideMachine(workspace, node, 'mv /root/keys/* /etc/ssh/; systemctl restart ssh');
    expect(await create('hello')).toMatchObject({ code: 0 });
  });

  it('refuses a system that the recipe was not made for before it changes anything there', async () => {
    const node = 'elsewhere-default-1';

    const [error] = failures(await create('elsewhere'), node);

    expect(textOf(error)).toContain('debian-12');
    expect(textOf(error)).toContain('debian-11');
    await expect(configured(node)).rejects.toThrow();

    await workspace.edit('recipes/elsewhere.yml', 'debian-11', 'debian-12');

    expect(await create('elsewhere')).toMatchObject({ code: 0 });
    expect(await configured(node)).toBe('yes');
  });

  it('lets the good nodes get to their end beside a bad one, and repairs only that one afterwards (C19)', async () => {
    const [error] = failures(await create('one-bad'), 'one-bad-default-2');

    expect(textOf(error)).toContain('no ink left');
    for (const node of ['one-bad-default-1', 'one-bad-default-3']) {
      expect(await configured(node)).toBe(node);
    }
    await expect(configured('one-bad-default-2')).rejects.toThrow();
    const since = () => insideMachine(workspace, 'one-bad-default-1', 'stat -c %z /root/*ed');
    const before = await since();

    await insideMachine(workspace, 'one-bad-default-2', 'touch /root/repaired');

    expect(await create('one-bad')).toMatchObject({ code: 0 });
    expect(await configured('one-bad-default-2')).toBe('one-bad-default-2');
    expect(await since()).toBe(before);
  });
});
