import { NameSchema } from './text.ts';

/** Why no recipe can be called `name`, in a sentence; undefined when one can. */
export function nameProblem(name: string, verbs: readonly string[]): string | undefined {
  const form = NameSchema.safeParse(name);
  const reason = verbs.includes(name) ? 'that is an operation' : form.error?.issues[0]?.message;
  return reason === undefined ? undefined : `a recipe cannot be called "${name}": ${reason}`;
}
