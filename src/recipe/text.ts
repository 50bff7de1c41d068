import { z } from 'zod';
import { durationForm, parseDuration } from '../duration.ts';

function holdsRegex(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}

/** A regular expression, kept as the text that was written. */
export const RegexSchema = z.string().refine(holdsRegex, 'expected a regular expression');

/** A duration as text in YAML, as milliseconds in code. */
export const DurationSchema = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: `expected ${durationForm}` });
  return z.NEVER;
});

/** Name of a recipe, role or phase: it becomes part of names of machines and folders. */
export const NameSchema = z
  .string()
  .regex(
    /^[a-z]([a-z0-9-]{0,28}[a-z0-9])?$/,
    'expected a name of small letters, digits and -, at most 30 long',
  );

/** Name that templates use after a dot, like `clientPort`. */
export const VariableSchema = z
  .string()
  .regex(/^[a-zA-Z][a-zA-Z0-9_]*$/, 'expected a name of letters, digits and _');
