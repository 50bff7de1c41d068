import { Ec2Fault } from './fault.ts';
import type { Params } from './query.ts';
import type { CloudRecord } from './record.ts';

/** A bucket that is full at first: how many tokens it holds, and how many come back a second. */
type Bucket = readonly [size: number, perSecond: number];

const reading: Bucket = [100, 20];
const readingAll: Bucket = [50, 10];
const changing: Bucket = [50, 5];

/** Actions that cost more when neither a filter nor a page is given. */
const costlyUnfiltered = new Set([
  ...['DescribeInstances', 'DescribeInstanceStatus', 'DescribeNetworkInterfaces'],
  ...['DescribeSecurityGroups', 'DescribeSpotInstanceRequests', 'DescribeVolumes'],
]);

/** Actions with buckets of their own. */
const requestBuckets: ReadonlyMap<string, Bucket> = new Map([
  ['RunInstances', [5, 2]],
  ['StartInstances', [5, 2]],
  ['TerminateInstances', [100, 5]],
  ['RebootInstances', [100, 5]],
  ['CreateTags', [100, 10]],
  ['DeleteTags', [100, 10]],
]);

/** Actions that cost a token for each instance, too. */
const resourceBuckets: ReadonlyMap<string, Bucket> = new Map([
  ['RunInstances', [1000, 2]],
  ['StartInstances', [1000, 2]],
  ['StopInstances', [1000, 20]],
  ['TerminateInstances', [1000, 20]],
]);

/** What the costs of a call depend on. */
interface ThrottledCall {
  readonly account: string;
  readonly action: string;
  readonly params: Params;
  readonly nowMs: number;
}

/**
 * Takes what a call costs out of its account's buckets. When one of them has not enough the call costs nothing and the
 * fault is returned that it is answered with.
 * @see https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html for the sizes.
 */
export function throttle(
  record: CloudRecord,
  { account, action, params, nowMs }: ThrottledCall,
): Ec2Fault | undefined {
  record.buckets ??= {};
  const { buckets } = record;
  const [name, bucket] = requestBucket(action, params);
  const costs: [string, Bucket, number][] = [[`${account}/${name}`, bucket, 1]];
  const resources = resourceBuckets.get(action);
  if (resources !== undefined) {
    costs.push([`${account}/${action} resources`, resources, instancesIn(params)]);
  }
  const after = costs.map(([key, [size, perSecond], cost]) => {
    const { tokens, atMs } = buckets[key] ?? { tokens: size, atMs: nowMs };
    const filled = Math.min(size, tokens + ((nowMs - atMs) / 1000) * perSecond);
    return { key, tokens: filled - cost };
  });
  if (after.some(({ tokens }) => tokens < 0)) {
    return new Ec2Fault('RequestLimitExceeded', 'Request limit exceeded.', 503);
  }
  for (const { key, tokens } of after) buckets[key] = { tokens, atMs: nowMs };
  return undefined;
}

/** Each action has a bucket to itself. */
function requestBucket(action: string, params: Params): [string, Bucket] {
  const own = requestBuckets.get(action);
  if (own !== undefined) return [action, own];
  if (!/^(Describe|Get|List|Search)/.test(action)) return [action, changing];
  const isNarrowed = [...params.keys()].some((name) => /^(Filter|MaxResults|\w+Id)\b/.test(name));
  const isCostly = costlyUnfiltered.has(action) && !isNarrowed;
  return isCostly ? [`${action} of all`, readingAll] : [action, reading];
}

function instancesIn(params: Params): number {
  const launched = Number(params.get('MaxCount'));
  if (params.get('Action') === 'RunInstances') return Number.isFinite(launched) ? launched : 1;
  return [...params.keys()].filter((name) => name.startsWith('InstanceId.')).length;
}
