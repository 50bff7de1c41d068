import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';
import { AccountNameSchema, PathSchema, TextSchema } from '../values.ts';

const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 };
const defaultTimeout = '5m';

/**
 * A shell command that runs unless its effect is there already: `unless` (a command that ends with 0) or `creates` (a
 * path) say so; a check evaluates only them. `always` marks a command that has neither and runs each time, such as the
 * one-shot command of a life event: it never counts as done.
 */
export const commandStep = defineStepKind(
  z
    .strictObject({
      run: TextSchema.min(1),
      unless: TextSchema.min(1).optional(),
      creates: PathSchema.optional(),
      always: z.literal(true).optional(),
      user: AccountNameSchema.optional(),
      /** How long it may take, like `60s`; 5 minutes unless said otherwise. */
      timeout: z
        .string()
        .regex(/^[1-9]\d{0,4}[smh]$/, 'must be a duration like 60s, 5m or 1h')
        .optional(),
    })
    .refine(
      ({ unless, creates, always }) =>
        always === true
          ? unless === undefined && creates === undefined
          : (unless ?? creates) !== undefined,
      'needs "unless" or "creates" to tell when it is done, or "always: true" instead of both',
    ),
  ({ run, unless, creates, user, timeout }) => ({
    call: [
      'command',
      run,
      unless ?? '',
      creates ?? '',
      user ?? '',
      seconds(timeout ?? defaultTimeout),
    ],
  }),
);

function seconds(duration: string): string {
  return String(Number.parseInt(duration, 10) * (units[duration.slice(-1)] ?? 1));
}
