import type { SourceProblem } from '../errors.ts';
import { suggestion } from '../suggest.ts';
import type { YamlDocument, YamlPath } from '../yaml/parse.ts';
import { ownEntry } from '../yaml/value-at.ts';
import type { Recipe } from './recipe.ts';
import type { Count } from './role-schema.ts';
import type { RecipeHead } from './schema.ts';

type Report = (path: YamlPath, message: string, hint: string, half?: 'key' | 'value') => void;

/** Everything about counts, roles and parameters that does not fit what is declared, here or by a recipe that is used. */
export function checkUses(
  head: RecipeHead,
  used: ReadonlyMap<string, Recipe>,
  document: YamlDocument,
): readonly SourceProblem[] {
  const problems: SourceProblem[] = [];
  const report: Report = (path, message, hint, half = 'value') => {
    problems.push({ location: document.locate(path, half), message, hint });
  };
  if (Object.values(head.roles).every(({ count }) => typeof count !== 'number')) {
    const hint = 'give one of them a number: the others are counted among its nodes';
    report(['roles'], 'no role says how many nodes there are', hint);
  }
  for (const [role, { count }] of Object.entries(head.roles)) {
    checkCount(head, count, ['roles', role, 'count'], report);
  }
  for (const [name, use] of Object.entries(head.uses)) {
    const recipe = used.get(name);
    if (recipe === undefined) continue;
    checkMappings(head, recipe, use.roles, report);
    checkPassed(recipe, Object.keys(use.params), report);
  }
  return problems;
}

function checkMappings(
  head: RecipeHead,
  { name, roles }: Recipe,
  mappings: RecipeHead['uses'][string]['roles'],
  report: Report,
): void {
  const at = ['uses', name, 'roles'];
  const own = Object.keys(head.roles);
  for (const role of Object.keys(roles)) {
    if (ownEntry(mappings, role) !== undefined) continue;
    const hint = `write ${role}: {on: ${own[0]}}`;
    report(at, `it is not said which nodes hold the role "${role}" of ${name}`, hint);
  }
  for (const [role, mapping] of Object.entries(mappings)) {
    if (ownEntry(roles, role) === undefined) {
      const hint = suggestion(role, Object.keys(roles), `roles of ${name}`);
      report([...at, role], `${name} has no role "${role}"`, hint, 'key');
    }
    if (!own.includes(mapping.on)) {
      const hint = suggestion(mapping.on, own, 'roles of this recipe');
      report([...at, role, 'on'], `there is no role "${mapping.on}"`, hint);
    }
    checkCount(head, mapping.count, [...at, role, 'count'], report);
  }
}

function checkPassed({ name, params }: Recipe, passed: readonly string[], report: Report): void {
  for (const param of passed) {
    if (ownEntry(params, param) !== undefined) continue;
    const hint = suggestion(param, Object.keys(params), `parameters of ${name}`);
    report(['uses', name, 'params', param], `${name} has no parameter "${param}"`, hint, 'key');
  }
}

/** The bound of a count may be named after an integer parameter of this recipe. */
function checkCount(
  { params }: RecipeHead,
  count: Count | undefined,
  at: YamlPath,
  report: Report,
): void {
  if (typeof count !== 'object' || typeof count.oddUpTo === 'number') return;
  if (ownEntry(params, count.oddUpTo)?.type === 'integer') return;
  const integers = Object.keys(params).filter((name) => params[name]?.type === 'integer');
  const hint = suggestion(count.oddUpTo, integers, 'integer parameters');
  report([...at, 'oddUpTo'], `there is no integer parameter "${count.oddUpTo}"`, hint);
}
