import { DeployerError } from '../errors.ts';
import { busy, waitingText } from './ask.ts';
import type { Facts } from './facts.ts';
import type { Frame } from './frames.ts';
import { factsOf } from './observe.ts';
import type { StepAnswer, Wish } from './wish.ts';

/** A step that has just begun on a node. */
export interface StepStart {
  readonly id: string;
  readonly phase: string;
  readonly status: 'started';
}

/** What an apply came to. */
export interface ApplyResult {
  /** In order; the last one has status `failed` when a step failed, and the steps after it are missing. */
  readonly answers: readonly StepAnswer[];
  readonly facts: Facts;
  /** What the next bundle for this node must name. */
  readonly generation: number;
}

/** Who is told what while a run goes on. */
export interface RunListener {
  onAnswer?(answer: StepStart | StepAnswer): void;
  onProgress?(text: string): void;
}

/** Collects what a run says, over any number of connections. */
export interface RunRecord {
  readonly done: boolean;
  take(frame: Frame): void;
  /** @throws {DeployerError} `stale-plan`, `node-busy`, `node-unwritable` or `not-recorded` when the runner stopped. */
  result(): ApplyResult;
  /** The error of a runner that is gone and has not said `done`. */
  interrupted(): DeployerError;
}

/** A {@link RunRecord} of one run at one node. */
export function createRunRecord(
  { node, run, wishes }: { node: string; run: string; wishes: readonly Wish[] },
  listener: RunListener,
): RunRecord {
  const phases = new Map(wishes.map(({ id, phase }) => [id, phase]));
  const phaseOf = (id: string) => phases.get(id) ?? '';
  const frames: Frame[] = [];
  const answers: StepAnswer[] = [];
  let underWay: string | undefined;
  let done = false;
  const takeStep = (frame: Frame) => {
    if (frame.type === 'started') {
      underWay = frame.id;
      listener.onAnswer?.({ id: frame.id, phase: phaseOf(frame.id), status: 'started' });
    } else if (frame.type === 'ended' && frame.id === underWay) {
      const { id, status, ms, detail } = frame;
      underWay = undefined;
      answers.push({ id, phase: phaseOf(id), status, ms, detail });
      listener.onAnswer?.({ id, phase: phaseOf(id), status, ms, detail });
    }
  };
  return {
    get done() {
      return done;
    },
    take(frame) {
      if (done) return;
      frames.push(frame);
      takeStep(frame);
      if (frame.type === 'waiting') listener.onProgress?.(waitingText(frame.text));
      done = frame.type === 'done';
    },
    result() {
      const stopped = frames.find((frame) => frame.type === 'stopped');
      if (stopped !== undefined) throw runnerStopped(node, stopped.reason, stopped.text);
      const counted = frames.find((frame) => frame.type === 'generation');
      return { answers, facts: factsOf(frames), generation: counted?.generation ?? 0 };
    },
    interrupted: () => runnerGone(node, run, underWay),
  };
}

function runnerStopped(node: string, reason: string, text: string): DeployerError {
  switch (reason) {
    case 'stale':
      return new DeployerError(
        'stale-plan',
        `${node}: another run has changed this node since it was looked at (it is at generation ${text})`,
        { hint: 'Nothing was done there. Run the command again to plan from what is there now.' },
      );
    case 'busy':
      return busy(node, text);
    case 'unrecorded':
      return new DeployerError('not-recorded', `${node}: could not keep what was applied`, {
        excerpt: text,
        hint: 'The steps up to there are done. Look at its disk (full, or mounted read-only?), then run the command again.',
      });
    default:
      return new DeployerError('node-unwritable', `${node}: cannot write ${text}`, {
        hint: 'Nothing was done there. Look at its disk: full, or mounted read-only?',
      });
  }
}

function runnerGone(node: string, run: string, step: string | undefined): DeployerError {
  const where = step === undefined ? 'between steps' : `in step ${step}`;
  return new DeployerError('runner-gone', `${node}: run ${run} was interrupted ${where}`, {
    retryable: true,
    hint: 'The node rebooted, or its runner was killed. Run the command again: what is done already is found to be done.',
  });
}
