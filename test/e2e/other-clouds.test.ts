import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cloudRecord, livingMachines } from './support/ground-truth.ts';
import { resultOf } from './support/program.ts';
import { CreateResultSchema } from './support/results.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

describe.each(['eucalyptus', 'openstack'])('deployer on a cloud like %s (B19)', (personality) => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await openWorkspace();
  });
  afterAll(async () => workspace[Symbol.asyncDispose]());

  const misbehave = async (...specs: readonly string[]) => {
    const outcome = await workspace.run(['cloud', 'misbehave', `as:${personality}`, ...specs]);
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
  };

  it('takes over the machines of a launch that was cut off before they had tags', async () => {
    await misbehave('drop-reply:RunInstances:1', 'ignore-token');
    expect(await workspace.run(['hello', '-n', '2'])).toMatchObject({ code: 1 });
    await misbehave('ignore-token');

    const outcome = await workspace.run(['hello', '-n', '2', '--json']);
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    expect(resultOf(outcome, CreateResultSchema).changed).toBe(true);
    expect(await livingMachines(workspace)).toHaveLength(2);
  });

  it('leaves nothing behind', async () => {
    const outcome = await workspace.run(['hello', '--op', 'destroy']);
    expect(outcome, outcome.stderr).toMatchObject({ code: 0 });
    expect(await livingMachines(workspace)).toEqual([]);
    expect(await cloudRecord(workspace)).toMatchObject({ keyPairs: [], volumes: [] });
  });
});
