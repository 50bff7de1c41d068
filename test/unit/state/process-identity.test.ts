import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { thisProcess, whereaboutsOf } from '../../../src/state/process-identity.ts';

const isLinux = process.platform === 'linux';

describe('the whereabouts of a process', () => {
  it('are known for this one and, by start time, not mixed up with others of the same pid', async () => {
    const me = await thisProcess();
    expect(await whereaboutsOf(me)).toBe('running');
    expect(await whereaboutsOf({ ...me, startTime: '1' })).toBe('gone');
    expect(await whereaboutsOf({ ...me, bootId: 'another boot' })).toBe('gone');
    expect(await whereaboutsOf({ ...me, hostname: 'another-host' })).toBe('elsewhere');
  });

  it.runIf(isLinux)('are known for a process of another user', async () => {
    const init = { ...(await thisProcess()), pid: 1, startTime: startTimeOf(1) };
    expect(await whereaboutsOf(init)).toBe('running');
  });

  it.runIf(isLinux)('are gone for one that died unnoticed by its parent', async () => {
    const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 30']);
    try {
      const [output] = await once(parent.stdout, 'data');
      const pid = Number(String(output));
      const child = { ...(await thisProcess()), pid, startTime: startTimeOf(pid) };
      await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toContain(') Z ');
      expect(child.startTime).toBe(startTimeOf(pid));
      expect(await whereaboutsOf(child)).toBe('gone');
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

/** Field 22 of the process's stat; the names in these tests have no spaces. */
function startTimeOf(pid: number): string {
  return readFileSync(`/proc/${pid}/stat`, 'utf8').split(' ')[21] ?? '';
}
