import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { insideMachine, livingMachines, nameOf } from './support/ground-truth.ts';
import { type Outcome, resultOf } from './support/program.ts';
import { CreateResultSchema } from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';
import { askServer, connectTo } from './support/zookeeper.ts';

/** The base image may have to be made first. */
const patienceMs = 300_000;

let workspace: Workspace;
let created: Outcome;
beforeAll(async () => {
  workspace = await openWorkspace(patienceMs);
  created = await workspace.run(['zookeeper', '-p', 'trixie', '--json']);
}, patienceMs);
afterAll(async () => workspace[Symbol.asyncDispose]());

describe('ZooKeeper on Debian 13', () => {
  it('is made by the same recipe and proven, and is then left alone', async () => {
    expect(created, created.stderr).toMatchObject({ code: 0 });
    const { proofs } = resultOf(created, CreateResultSchema);
    expect(proofs.map(({ ok }) => ok)).toEqual([true, true, true]);

    const again = await workspace.run(['zookeeper', '-p', 'trixie', '--json']);

    expect(resultOf(again, CreateResultSchema).changed).toBe(false);
  });

  it('runs with Java 21 behind OpenSSH 10', async () => {
    for (const machine of await livingMachines(workspace)) {
      const told = await insideMachine(
        workspace,
        nameOf(machine) ?? '',
        '. /etc/os-release; echo "$VERSION_ID"; java -version 2>&1 | head -n 1; ssh -V 2>&1',
      );
      expect(told).toMatch(/^13\nopenjdk version "21\..*\nOpenSSH_10\./);
    }
  });

  it('serves a client of its own, and keeps what that has written', async () => {
    const [first, second] = await livingMachines(workspace);
    const writer = await connectTo(`${first?.address}:2181`);
    const reader = await connectTo(`${second?.address}:2181`);
    try {
      await writer.create('/trixie', 'written on Debian 13');
      await reader.catchUp();
      expect(await reader.read('/trixie')).toBe('written on Debian 13');
      expect(await askServer(first?.address ?? '', 2181, 'srvr')).toContain(
        'Zookeeper version: 3.9',
      );
    } finally {
      writer.close();
      reader.close();
    }
  });
});
