import { identityFile, identityText, type NodeIdentity } from './identity.ts';
import { placesOf } from './left-behind.ts';
import { checkPhaseNames, phaseRecords, recordFile } from './phase-record.ts';
import { quoteAll } from './quote.ts';
import { applyRuntime, checkRuntime, hostKeyRuntime, hostRuntime } from './runtime.ts';
import { type BundleFile, bundleFile, type CompiledStep, type StepQuestions } from './step-kind.ts';
import { compileStep } from './step-kinds.ts';
import type { Wish } from './wish.ts';

/** How long a script waits for the runner that holds the node's lock, in seconds. */
const lockWaitSeconds = '600';

interface CompiledWish extends CompiledStep {
  readonly id: string;
}

/** A runner's script and the files that must lie beside it. */
export interface ApplyScript {
  readonly text: string;
  readonly files: readonly BundleFile[];
}

/**
 * The script of a runner that writes the node's identity, then applies the wishes in order, and keeps those of a phase
 * behind its last step.
 */
export function applyScript(plan: {
  readonly run: string;
  readonly wishes: readonly Wish[];
  readonly phases?: readonly string[] | undefined;
  readonly generation: number;
  readonly identity: NodeIdentity;
}): ApplyScript {
  const identity = compileIdentity(plan.identity);
  const steps = compileWishes(plan.wishes);
  const records = phaseRecords(plan.wishes);
  const commands = [
    ['begin_apply', plan.run, String(plan.generation), lockWaitSeconds],
    stepLine(identity),
    ...(plan.phases === undefined ? [] : [['order_phases', ...checkPhaseNames(plan.phases)]]),
    ['keep_found', ...placesOf(plan.wishes)],
    ...records.map(({ file }) => ['begin_phase', file.hash]),
    ...steps.flatMap((step) => [
      stepLine(step),
      ...records
        .filter(({ lastId }) => lastId === step.id)
        .map(({ phase, file }) => ['record_phase', recordFile(phase), file.hash]),
    ]),
    ['end_apply'],
  ];
  return {
    text: `${applyRuntime}${lines(commands)}`,
    files: [
      ...[identity, ...steps].flatMap(({ files }) => files ?? []),
      ...records.map(({ file }) => file),
    ],
  };
}

/** The script that compares the wishes with what is there. */
export function checkScript(wishes: readonly Wish[]): string {
  const steps = compileWishes(wishes);
  const records = phaseRecords(wishes);
  const questions = [
    ...steps.map(({ asks }) => asks),
    { files: records.map(({ phase }) => recordFile(phase)) },
  ];
  const surveys = (['files', 'packages', 'units'] as const).map((sort) =>
    surveyLine(sort, questions),
  );
  return `${checkRuntime}${lines([
    ['begin_check', lockWaitSeconds],
    ...surveys.filter((words) => words.length > 2),
    ...steps.map(stepLine),
    ...records.map(({ phase, file }) => ['compare_record', recordFile(phase), file.hash]),
    ['frame', '.'],
  ])}`;
}

/** The script of a question: a function of the runtime that answers in frames. */
export function questionScript(words: readonly string[]): string {
  return `${checkRuntime}${lines([words, ['frame', '.']])}`;
}

/** The script of what is asked of, or done to, a machine that was there before its cluster, one after the other. */
export function hostScript(commands: readonly (readonly string[])[]): string {
  return `${hostRuntime}${lines([...commands, ['frame', '.']])}`;
}

/** The script of what is asked about a node's host key. */
export function hostKeyScript(word: 'make_host_key' | 'use_host_key'): string {
  return `${hostKeyRuntime}${lines([[word], ['frame', '.']])}`;
}

/** @throws {RangeError} when an id is not unique or would not fit into a frame. */
function compileWishes(wishes: readonly Wish[]): CompiledWish[] {
  const ids = new Set<string>(['identity']);
  return wishes.map(({ id, step }) => {
    if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/.test(id) || ids.has(id)) {
      throw new RangeError(`"${id}" cannot be the id of a step, or is one twice`);
    }
    ids.add(id);
    return { id, ...compileStep(step) };
  });
}

function compileIdentity(identity: NodeIdentity): CompiledWish {
  const file = bundleFile(identityText(identity));
  return {
    id: 'identity',
    call: ['file', identityFile, file.hash, 'root', 'root', '600'],
    files: [file],
  };
}

function stepLine({ id, call }: CompiledWish): readonly string[] {
  return ['step', id, ...call];
}

function surveyLine(
  sort: keyof StepQuestions,
  questions: readonly (StepQuestions | undefined)[],
): readonly string[] {
  return ['survey', sort, ...new Set(questions.flatMap((asks) => asks?.[sort] ?? []))];
}

function lines(commands: readonly (readonly string[])[]): string {
  return commands.map((words) => `${quoteAll(words)}\n`).join('');
}
