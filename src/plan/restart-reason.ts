import type { Recipe } from '../recipe/recipe.ts';
import type { StepChange } from './plan.ts';

/**
 * Why something happens to a service: what changes among its inputs, like `file /etc/zookeeper/zoo.cfg changes`, or
 * where it does not run or nothing of that kind changes what the node says.
 * @param service the change of the service's own step
 * @param changes all changes of its node
 */
export function restartReason(
  { phases }: Pick<Recipe, 'phases'>,
  service: StepChange,
  changes: readonly StepChange[],
): string {
  const { phase, detail, verb } = service;
  if (verb === 'start') return detail === '' ? 'new' : detail;
  const inputs = phases.find(({ name }) => name === phase)?.service?.inputs ?? [];
  const titles = changes
    .filter((change) => change !== service && inputs.includes(change.phase))
    .map(({ title }) => title);
  if (titles.length === 0) return detail;
  return `${titles.join(', ')} ${titles.length === 1 ? 'changes' : 'change'}`;
}
