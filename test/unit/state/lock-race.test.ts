import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { LockHolder } from '../../../src/state/lock-file.ts';
import { compiled } from '../../support/compiled.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { type Contender, startContender } from './support/contender.ts';

const rounds = 50;
const contenderCount = 5;
const newFolder = temporaryFolders();

let program: string;
let module: string;
beforeAll(() => {
  program = mkdtempSync(join(tmpdir(), 'deployer-compiled-'));
  module = compiled(program, 'state/lock');
}, 60_000);
afterAll(() => rmSync(program, { recursive: true, force: true }));

let root: string;
let folder: string;
let contenders: Contender[];
beforeEach(async () => {
  root = newFolder();
  folder = join(root, 'zookeeper-default');
  contenders = await start(contenderCount);
  return async () => {
    await Promise.all(contenders.map((contender) => contender.kill()));
  };
});

function start(count: number): Promise<Contender[]> {
  return Promise.all(Array.from({ length: count }, () => startContender(module, folder)));
}

function holderInLock(): LockHolder {
  return JSON.parse(readFileSync(join(folder, 'lock'), 'utf8'));
}

function remainders(): string[] {
  return readdirSync(folder).filter((name) => name !== 'lock');
}

/** All race for the lock; the one that got it and the answers of the others. */
async function race() {
  const answers = await Promise.all(contenders.map((contender) => contender.take()));
  const winners = contenders.filter((_, index) => answers[index]?.won);
  expect(winners).toHaveLength(1);
  const [winner] = winners;
  if (winner === undefined) throw new Error('nobody won');
  return {
    winner,
    answer: answers.find(({ won }) => won),
    others: answers.filter(({ won }) => !won),
  };
}

describe('many processes racing for a lock', { timeout: 120_000 }, () => {
  it('give a free lock to exactly one, in every round', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { winner, others } = await race();
      expect(holderInLock().pid).toBe(winner.process.pid);
      for (const { code, exitCode, message } of others) {
        expect({ code, exitCode }).toEqual({ code: 'locked', exitCode: 4 });
        expect(message).toContain(`pid ${winner.process.pid}`);
      }
      await winner.release();
    }
  });

  it('give the lock of a dead owner to exactly one, in every round', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { winner } = await race();
      const dead = { ...holderInLock(), id: `dead-${round}`, startTime: 'of a process long gone' };
      await winner.release();
      // The owner died; in every second round so did the first who wanted to take over from it.
      const { answer, winner: successor } = await raceFor(dead, round % 2 === 1);
      expect(answer?.tookOver).toBe(true);
      expect(holderInLock().pid).toBe(successor.process.pid);
      expect(remainders()).toEqual([]);
      await successor.release();
      expect(readdirSync(root)).toEqual(['.gitignore']);
    }
  });

  async function raceFor(dead: LockHolder, hasDeadSuccessor: boolean) {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'lock'), JSON.stringify(dead));
    if (hasDeadSuccessor) {
      const successor = { ...dead, id: `${dead.id}-successor` };
      writeFileSync(join(folder, `lock.after-${dead.id}`), JSON.stringify(successor));
    }
    return race();
  }

  it('never work at the same time, though some are killed while they hold it', async () => {
    const counter = join(root, 'counter');
    writeFileSync(counter, '0');
    const times = 10;
    for (let wave = 0; wave < 3; wave += 1) {
      await Promise.all(
        contenders.map((contender, index) =>
          contender.count({ counter, times, dies: index % 2 === 0 }),
        ),
      );
      contenders.push(...(await start(3)));
      contenders = contenders.filter(({ process }) => process.signalCode === null);
      expect(contenders).toHaveLength(contenderCount);
    }
    expect(Number(readFileSync(counter, 'utf8'))).toBe(3 * contenderCount * times);
  });

  it('let the next run take over at once from one that was killed', async () => {
    const { winner } = await race();
    await winner.kill();
    contenders = contenders.filter((contender) => contender !== winner);
    const { answer } = await race();
    expect(answer?.tookOver).toBe(true);
  });
});
