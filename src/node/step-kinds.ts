import { z } from 'zod';
import type { CompiledStep, StepKind } from './step-kind.ts';
import { artifactStep } from './steps/artifact.ts';
import { commandStep } from './steps/command.ts';
import { directoryStep } from './steps/directory.ts';
import { fileStep } from './steps/file.ts';
import { packageStep } from './steps/package.ts';
import { portStep } from './steps/port.ts';
import { serviceStep } from './steps/service.ts';
import { sysctlStep } from './steps/sysctl.ts';
import { unitStep } from './steps/unit.ts';
import { userStep } from './steps/user.ts';

/** Every kind of step, under the word that recipes use for it. */
export const stepKinds = {
  package: packageStep,
  user: userStep,
  directory: directoryStep,
  file: fileStep,
  unit: unitStep,
  service: serviceStep,
  port: portStep,
  sysctl: sysctlStep,
  command: commandStep,
  artifact: artifactStep,
} satisfies Record<string, StepKind>;

type StepKinds = typeof stepKinds;

/** One step as a recipe writes it, rendered: an object whose only key is the kind. */
export type Step = {
  [Kind in keyof StepKinds]: { readonly [Key in Kind]: z.infer<StepKinds[Kind]['schema']> };
}[keyof StepKinds];

/** Checks one rendered step; issues carry the path into it and name the kinds there are. */
export const StepSchema = z.custom<Step>().superRefine((value, context) => {
  const found = kindAndWish(value);
  if (found === undefined) {
    const kinds = Object.keys(stepKinds).join(', ');
    context.addIssue({
      code: 'custom',
      message: `a step is one of ${kinds}, and nothing beside it`,
    });
    return;
  }
  const { kind, name, wish } = found;
  for (const issue of kind.schema.safeParse(wish).error?.issues ?? []) {
    const { message, path } = mostTelling(issue);
    context.addIssue({ code: 'custom', message, path: [name, ...path] });
  }
});

/** Where several forms are allowed, what is wrong with the form that fits furthest. */
function mostTelling(issue: z.core.$ZodIssue): Pick<z.core.$ZodIssue, 'message' | 'path'> {
  if (issue.code === 'invalid_key') {
    return { message: issue.issues[0]?.message ?? issue.message, path: issue.path };
  }
  if (issue.code !== 'invalid_union') return issue;
  const [deepest] = issue.errors.flat().sort((a, b) => b.path.length - a.path.length);
  return deepest === undefined
    ? issue
    : { message: deepest.message, path: [...issue.path, ...deepest.path] };
}

/**
 * The step in the words of the runtime.
 * @throws {z.ZodError} when it is no valid step.
 */
export function compileStep(step: Step): CompiledStep {
  const found = kindAndWish(StepSchema.parse(step));
  if (found === undefined) throw new TypeError('a step without a kind');
  return found.kind.compile(found.wish);
}

function kindAndWish(value: unknown): { name: string; kind: StepKind; wish: unknown } | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const [entry, ...others] = Object.entries(value);
  if (entry === undefined || others.length > 0) return undefined;
  const [name, wish] = entry;
  const kind = new Map<string, StepKind>(Object.entries(stepKinds)).get(name);
  return kind === undefined ? undefined : { name, kind, wish };
}
