import { commandLine } from '../actions/command-line.ts';
import type { ChangeRequest, ClusterRequest } from '../actions/context.ts';
import type { NewRequest } from '../actions/new.ts';
import type { Session } from './session.ts';

/** The commands that people need next for a cluster. */
export function commandsForCluster(
  request: ClusterRequest,
  env: Session['env'],
): Record<'look' | 'log in' | 'remove', string> {
  const { recipe } = request;
  return {
    look: commandLine([recipe, '--op', 'status'], request, env),
    'log in': commandLine(['ssh', recipe, '1'], request, env),
    remove: commandLine([recipe, '--op', 'destroy'], request, env),
  };
}

/** The command that carries out what was planned: the same wish, or the plan where it was kept in a file. */
export function commandToApply(
  request: ChangeRequest & { readonly out: string | undefined },
  env: Session['env'],
): string {
  const { recipe, count, parameters, replace, out } = request;
  if (out !== undefined) return commandLine([recipe, '--plan', out], request, env);
  const wish = [
    ...(count === undefined ? [] : ['-n', String(count)]),
    ...Object.entries(parameters).flatMap(([name, value]) => ['--set', `${name}=${value}`]),
    ...(replace.length === 0 ? [] : ['--replace', replace.join(',')]),
  ];
  return commandLine([recipe, ...wish], request, env);
}

/** The commands that show and do what brings a cluster back to what it is to be. */
export function commandsForDrift(
  request: ClusterRequest,
  env: Session['env'],
): Record<'look' | 'repair', string> {
  const { recipe } = request;
  return {
    look: commandLine(['plan', recipe], request, env),
    repair: commandLine([recipe], request, env),
  };
}

/** The commands that people need next for a recipe that they have just begun. */
export function commandsForRecipe(
  request: NewRequest,
  env: Session['env'],
): Record<'check' | 'files' | 'run', string> {
  const { recipe } = request;
  return {
    check: commandLine(['check', recipe], request, env),
    files: commandLine(['render', recipe], request, env),
    run: commandLine([recipe], request, env),
  };
}
