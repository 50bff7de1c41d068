import type { ParamValue } from '../recipe/params.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';

/** Parameters as they are remembered: lists are copied, since what is remembered is plain data of its own. */
export function plainParams(
  params: Iterable<readonly [string, ParamValue]>,
): ClusterSnapshot['request']['params'] {
  const entries = [...params].map(([name, value]) => [
    name,
    typeof value === 'object' ? [...value] : value,
  ]);
  return Object.fromEntries(entries);
}
