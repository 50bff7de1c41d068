import type { Composition } from '../recipe/composition.ts';
import type { StepChange } from './plan.ts';

/**
 * Why something happens to a service: what changes among its inputs, like `file /etc/zookeeper/zoo.cfg changes`, or
 * where it does not run or nothing of that kind changes what the node says.
 * @param service the change of the service's own step
 * @param changes all changes of its node
 */
export function restartReason(
  { phases }: Pick<Composition, 'phases'>,
  service: StepChange,
  changes: readonly StepChange[],
): string {
  const { phase, detail, verb } = service;
  if (verb === 'start') return detail === '' ? 'new' : detail;
  const started = phases.find(({ name }) => name === phase)?.service;
  const inputs = [...(started?.inputs ?? []), ...(started?.reloads ?? [])];
  const titles = changes
    .filter((change) => change !== service && change.phases.some((each) => inputs.includes(each)))
    .map(({ title }) => title);
  if (titles.length === 0) return detail;
  return `${titles.join(', ')} ${titles.length === 1 ? 'changes' : 'change'}`;
}
