import { rmSync } from 'node:fs';
import { bench, describe } from 'vitest';
import { openBastions } from '../src/remote/bastions.ts';
import { type ConnectTarget, connect } from '../src/remote/connect.ts';
import { deps, startSshd } from '../test/contract/support/sshd.ts';

// Benchmarks run no hooks and wait for no teardown: the sshds end with the process.
const node = await startSshd(['MaxStartups 100']);
const gate = await startSshd();
const via = openBastions(deps).through([gate.target()]);

const options = { time: 3_000, warmupIterations: 3, throws: true };

/** From a port that is open to the answer of the first command. */
async function firstCommand(target: ConnectTarget): Promise<void> {
  const remote = await connect(target, deps);
  await remote.exec('true');
  await remote.close();
}

describe('first contact', () => {
  bench('with a node', () => firstCommand(node.target()), options);

  bench('with a node behind a bastion', () => firstCommand(node.target({ via })), options);

  bench(
    'with ten nodes at once',
    async () => {
      await Promise.all(Array.from({ length: 10 }, () => firstCommand(node.target())));
    },
    {
      ...options,
      teardown: (_task, mode) => {
        if (mode === 'warmup') return;
        for (const { folder } of [node, gate]) rmSync(folder, { recursive: true });
      },
    },
  );
});
