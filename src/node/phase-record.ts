import { z } from 'zod';
import { type BundleFile, bundleFile } from './step-kind.ts';
import { StepSchema } from './step-kinds.ts';
import type { Wish } from './wish.ts';

const RecordSchema = z.array(
  z.strictObject({ id: z.string(), phase: z.string(), step: StepSchema }),
);

/** Where a node keeps what was applied of a phase. */
export function recordFile(phase: string): string {
  return `/var/lib/deployer/applied/${phase}`;
}

/** What a node keeps of one phase once all of its steps have ended well. */
export interface PhaseRecord {
  readonly phase: string;
  /** The step behind which the phase is done. */
  readonly lastId: string;
  readonly file: BundleFile;
}

/**
 * The record of each phase of the wishes. A command with `always`, such as the one-shot command of a life event, is no
 * lasting wish and is left out.
 * @throws {RangeError} when a phase's name cannot be that of a file.
 */
export function phaseRecords(wishes: readonly Wish[]): readonly PhaseRecord[] {
  const phases = checkPhaseNames([...new Set(wishes.map(({ phase }) => phase))]);
  return phases.map((phase) => {
    const own = wishes.filter((wish) => wish.phase === phase);
    const lasting = own.filter(({ step }) => !('command' in step && step.command.always === true));
    const text = JSON.stringify(lasting.map(({ id, step }) => ({ id, phase, step })));
    return { phase, lastId: own.at(-1)?.id ?? '', file: bundleFile(`${text}\n`) };
  });
}

/** The names as they are. @throws {RangeError} when one cannot be that of a file, or would not fit into a frame. */
export function checkPhaseNames(names: readonly string[]): readonly string[] {
  for (const name of names) {
    if (!/^[A-Za-z0-9_][A-Za-z0-9._-]{0,199}$/.test(name)) {
      throw new RangeError(`"${name}" cannot be the name of a phase`);
    }
  }
  return names;
}

/** The wishes that a node's record holds, or null when it is none (edited, cut short, of another version). */
export function parseRecord(text: string): readonly Wish[] | null {
  try {
    return RecordSchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
