import type { ParamValue } from '../recipe/param-values.ts';
import type { ClusterSnapshot } from '../state/cluster-snapshot.ts';

/** Parameters as they are remembered: lists are copied, since what is remembered is plain data of its own. */
export function plainParams(
  params: Iterable<readonly [string, ParamValue]>,
): ClusterSnapshot['request']['params'] {
  return JSON.parse(JSON.stringify(Object.fromEntries(params)));
}
