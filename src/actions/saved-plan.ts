import { readFile } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import { z } from 'zod';
import { UsageError } from '../errors.ts';
import type { Plan } from '../plan/plan.ts';
import type { ActionContext, ChangeRequest } from './context.ts';

/** What a saved plan was made for, as far as the command line said it. */
const SavedRequestSchema = z.object({
  recipe: z.string(),
  profile: z.string().optional(),
  name: z.string().optional(),
  count: z.number().optional(),
  parameters: z.record(z.string(), z.string()),
  replace: z.array(z.string()),
});

const SavedPlanSchema = z.object({
  version: z.literal(1),
  operation: z.literal('plan'),
  cluster: z.string(),
  hash: z.string(),
  request: SavedRequestSchema,
});

/** A plan that was shown before, by its hash, and the request that it was made for. */
export interface SavedPlan {
  readonly file: string;
  readonly cluster: string;
  readonly hash: string;
  readonly request: Pick<
    ChangeRequest,
    'recipe' | 'profile' | 'name' | 'count' | 'parameters' | 'replace'
  >;
}

/**
 * Reads a plan that was written by `plan --out` or `plan --json`.
 * @throws {UsageError} `no-plan` when the file is none, `other-plan` when the command line asks for something else
 */
export async function readSavedPlan(
  request: ChangeRequest & { readonly plan: string | undefined },
  { cwd }: Pick<ActionContext, 'cwd'>,
): Promise<SavedPlan> {
  const file = request.plan ?? '';
  const text = await readFile(isAbsolute(file) ? file : join(cwd, file), 'utf8').catch(
    (error: unknown) => {
      throw new UsageError('no-plan', `cannot read the plan ${file}`, {
        cause: error,
        hint: noPlanHint,
      });
    },
  );
  const { cluster, hash, request: saved } = parse(text, file);
  const { recipe, profile, name, count, parameters, replace } = saved;
  assertNothingElse(request, { recipe, profile, name }, file);
  return { file, cluster, hash, request: { recipe, profile, name, count, parameters, replace } };
}

/** @throws {UsageError} `plan-outdated` when carrying the plan out would not be what was shown */
export function assertSamePlan({ hash, file }: SavedPlan, plan: Plan): void {
  if (hash === plan.hash) return;
  const message = `the plan in ${file} no longer fits: it was ${hash}, and now it would be ${plan.hash}`;
  throw new UsageError('plan-outdated', message, {
    hint: 'Something has changed since: the recipe, the configuration, the machines or what is on them. Nothing of it was applied; make a new plan.',
  });
}

const noPlanHint = 'Make one with `deployer plan RECIPE --out FILE`.';

function parse(text: string, file: string): z.infer<typeof SavedPlanSchema> {
  try {
    return SavedPlanSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new UsageError('no-plan', `${file} is not a plan of this program`, {
      cause: error,
      hint: noPlanHint,
    });
  }
}

/** What a plan is for is settled; a command line that says something else as well is a mistake. */
function assertNothingElse(
  request: ChangeRequest,
  { recipe, profile, name }: Pick<ChangeRequest, 'recipe' | 'profile' | 'name'>,
  file: string,
): void {
  const { count, parameters, replace } = request;
  const isChanged = count !== undefined || Object.keys(parameters).length > 0 || replace.length > 0;
  if (isChanged) {
    throw new UsageError(
      'other-plan',
      `-n, --set and --replace are settled by the plan in ${file}`,
      {
        hint: 'Leave them out, or make a new plan with them.',
      },
    );
  }
  const isElsewhere =
    (request.profile ?? profile ?? 'default') !== (profile ?? 'default') ||
    (request.name ?? name) !== name;
  if (request.recipe === recipe && !isElsewhere) return;
  const place = [recipe, profile, name].filter((word) => word !== undefined).join(' ');
  throw new UsageError('other-plan', `the plan in ${file} is for ${place}`, {
    hint: 'Name the same recipe, profile and cluster as for the plan.',
  });
}
