import { Ec2Fault } from '../fault.ts';
import { instanceType } from '../instance-types.ts';
import type { Misdeed } from '../misdeed.ts';
import type { CloudRecord, Instance } from '../record.ts';
import type { ActionContext } from './action.ts';
import type { LaunchRequest } from './launch-request.ts';

/** What bounds a launch: how many machines can be, and the fault for more. */
interface Limit {
  readonly most: number;
  readonly fault: Ec2Fault;
}

/** How many of the machines that are asked for can be; fewer than the least is refused like EC2 does. */
export function roomFor(
  record: CloudRecord,
  context: ActionContext,
  request: LaunchRequest,
): number {
  const living = record.instances.filter(({ want }) => want !== 'terminated');
  const limits = [
    roomHere(context.machines.room(), request),
    ...context.misdeeds.flatMap((misdeed) => limitOf(misdeed, living, context, request) ?? []),
  ];
  const tightest = limits.reduce((least, limit) => (limit.most < least.most ? limit : least));
  if (tightest.most < request.least) throw tightest.fault;
  return Math.min(request.most, tightest.most);
}

function roomHere(most: number, { least }: LaunchRequest): Limit {
  const message = `this computer has memory for about ${most} more machines, and not for ${least}`;
  return { most, fault: new Ec2Fault('InsufficientInstanceCapacity', message, 500) };
}

function limitOf(
  misdeed: Misdeed,
  living: readonly Instance[],
  { account }: ActionContext,
  request: LaunchRequest,
): Limit | undefined {
  const own = living.filter((instance) => instance.account === account);
  if (misdeed.kind === 'instances') {
    const most = Math.max(0, misdeed.most - own.length);
    const message = `Your quota allows for ${most} more running instance(s). You requested at least ${request.least}.`;
    return { most, fault: new Ec2Fault('InstanceLimitExceeded', message) };
  }
  if (misdeed.kind === 'vcpus') {
    const used = own.reduce((sum, { type }) => sum + instanceType(type).cpus, 0);
    const most = Math.max(0, Math.floor((misdeed.most - used) / instanceType(request.type).cpus));
    const message = `You have requested more vCPU capacity than your current vCPU limit of ${misdeed.most} allows for the instance bucket that the specified instance type belongs to.`;
    return { most, fault: new Ec2Fault('VcpuLimitExceeded', message) };
  }
  return misdeed.kind === 'capacity' ? capacityOf(misdeed, living, request) : undefined;
}

function capacityOf(
  { pool, most }: Extract<Misdeed, { kind: 'capacity' }>,
  living: readonly Instance[],
  { type, zone, isSpot }: LaunchRequest,
): Limit | undefined {
  const isIn = (...what: readonly string[]) =>
    pool.every((wanted, index) => wanted === '*' || wanted === what[index]);
  if (!isIn(type, zone, marketOf(isSpot))) return undefined;
  const there = living.filter((instance) =>
    isIn(instance.type, instance.zone, marketOf(instance.spotRequest !== undefined)),
  );
  const message = isSpot
    ? 'There is no Spot capacity available that matches your request.'
    : `We currently do not have sufficient ${type} capacity in the Availability Zone you requested (${zone}).`;
  return {
    most: Math.max(0, most - there.length),
    fault: new Ec2Fault('InsufficientInstanceCapacity', message, 500),
  };
}

function marketOf(isSpot: boolean): string {
  return isSpot ? 'spot' : 'on-demand';
}
