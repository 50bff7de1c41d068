import { DeployerError } from '../errors.ts';
import { countMachines, type Plan } from '../plan/plan.ts';
import type { Risk } from '../plan/risks.ts';
import type { Cluster } from './open-cluster.ts';
import { quorumEndangered } from './turns.ts';

/**
 * Refuses a plan that would stop what works, before anything is touched.
 * @param force whether nodes may be restarted all the same; machines whose data others need are never replaced
 * @throws {DeployerError} `machines-lost` or `quorum-endangered`
 */
export function assertSafe(cluster: Pick<Cluster, 'commandFor'>, plan: Plan, force: boolean): void {
  const refusal = refusalOf(cluster, plan, force);
  if (refusal !== null) throw refusal;
}

/**
 * Why a plan would not be carried out; null when it would. A plan that also repairs what does not serve is begun all the
 * same: its repairs come first, and each restart is refused in its own turn if it still has to be.
 */
export function refusalOf(
  cluster: Pick<Cluster, 'commandFor'>,
  plan: Plan,
  force: boolean,
): DeployerError | null {
  const { risks, stages } = plan;
  const replaced = risks.find(({ kind }) => kind === 'replace');
  if (replaced !== undefined) return machinesLost(cluster, replaced);
  const restarted = risks.filter(({ kind }) => kind === 'restart');
  const [first] = restarted;
  const repairs = stages.some(({ event }) => event === 'repair') && countMachines(plan) === 0;
  if (first === undefined || force || repairs) return null;
  const nodes = restarted.flatMap((risk) => (risk.service === first.service ? risk.nodes : []));
  return quorumEndangered(first.service, nodes, first.missing, first);
}

function machinesLost({ commandFor }: Pick<Cluster, 'commandFor'>, risk: Risk): DeployerError {
  const { service, nodes, serving, needed, members } = risk;
  const message = `replacing ${nodes.join(', ')} would leave ${serving} of the ${members} members of ${service} with its data, and ${needed} must stay`;
  return new DeployerError('machines-lost', message, {
    hint: `A new machine can only join a majority that serves. Bring back what is missing${risk.missing.length === 0 ? '' : ` (${risk.missing.join(', ')})`}, or start anew: ${commandFor('destroy')}`,
  });
}
