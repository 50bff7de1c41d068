import { z } from 'zod';
import type { Wanted } from '../probes/match.ts';
import { RegexSchema } from './text.ts';

/** How often a pattern must be found. */
export const TimesSchema = z
  .int()
  .min(0)
  .optional()
  .describe('how often that must be found in an answer, exactly; at least once when left out');

/** What an answer must say. */
export const wantedFields = {
  match: RegexSchema.optional().describe(
    'regular expression that the answer must match; without one any answer will do',
  ),
  times: TimesSchema,
  lines: z
    .string()
    .optional()
    .describe(
      'the lines that the answer must consist of, no more and no fewer, in any order; empty ones do not count',
    ),
};

/** For `superRefine`: what is counted must be said, and an answer is either matched or compared. */
export function checkWanted({ match, times, lines }: Wanted, context: z.RefinementCtx): void {
  if (times !== undefined && match === undefined) {
    const message = 'expected a match beside it, which is counted';
    context.addIssue({ code: 'custom', path: ['times'], message });
  }
  if (lines !== undefined && match !== undefined) {
    context.addIssue({
      code: 'custom',
      path: ['lines'],
      message: 'expected either match or lines',
    });
  }
}
