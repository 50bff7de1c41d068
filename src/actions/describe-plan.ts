import { changesAnything, countChanges, countMachines, type Plan } from '../plan/plan.ts';
import type { Cluster } from './open-cluster.ts';

/** The plan in one line, like `zookeeper-default · 3 × server · local cloud · plan 7f3a2c: 3 machines, 27 changes`. */
export function describePlan({ name, request }: Cluster, plan: Plan, unknown: number): string {
  const silent = unknown === 0 ? '' : `; ${counted(unknown, 'node')} cannot be asked`;
  const roles = Object.entries(request.roleCounts).map(([role, count]) => `${count} × ${role}`);
  const { length: size } = plan.nodes;
  const round = size < request.count ? ` (${size} of ${request.count} nodes first)` : '';
  const cloud = request.credentials.kind === 'local' ? 'local cloud' : request.credentials.name;
  return `${name} · ${roles.join(', ')}${round} · ${cloud} · plan ${plan.hash}: ${describeChanges(plan)}${silent}`;
}

function describeChanges(plan: Plan): string {
  if (!changesAnything(plan)) return 'nothing to change';
  const counts = [counted(countMachines(plan), 'machine'), counted(countChanges(plan), 'change')];
  return counts.filter((text) => text !== '').join(', ');
}

function counted(number: number, noun: string): string {
  if (number === 0) return '';
  return number === 1 ? `1 ${noun}` : `${number} ${noun}s`;
}
