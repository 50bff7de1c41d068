import type { Limit } from './token-bucket.ts';

/** The buckets that one call takes from. */
export interface CallLimits {
  readonly requests: Limit;
  /** Where the things that a call is about are counted as well. */
  readonly resources?: Limit;
}

const nonMutating: Limit = { size: 100, perSecond: 20 };
const mutating: Limit = { size: 50, perSecond: 5 };

const special: Readonly<Record<string, CallLimits>> = {
  RunInstances: {
    requests: { size: 5, perSecond: 2 },
    resources: { size: 1_000, perSecond: 2 },
  },
  StartInstances: {
    requests: { size: 5, perSecond: 2 },
    resources: { size: 1_000, perSecond: 2 },
  },
  TerminateInstances: {
    requests: { size: 100, perSecond: 5 },
    resources: { size: 1_000, perSecond: 20 },
  },
  CreateTags: { requests: { size: 100, perSecond: 10 } },
};

/**
 * What AWS lets an account do in one region. Other clouds have other limits, or none; a cloud that refuses earlier is
 * adapted to.
 * @see https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html
 */
export function limitsOf(action: string): CallLimits {
  const own = Object.hasOwn(special, action) ? special[action] : undefined;
  return own ?? { requests: /^(Describe|Get)/.test(action) ? nonMutating : mutating };
}

/** How many resource tokens a call takes: one for each machine that it is about. */
export function resourcesOf(input: object): number {
  if ('MaxCount' in input && typeof input.MaxCount === 'number') return input.MaxCount;
  return 'InstanceIds' in input && Array.isArray(input.InstanceIds) ? input.InstanceIds.length : 1;
}
