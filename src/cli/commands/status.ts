import type { ServiceStatus } from '../../actions/service-status.ts';
import type { ServiceSummary } from '../../actions/service-summary.ts';
import type { NodeStatus } from '../../actions/status.ts';
import { formatTable } from '../../views/format-table.ts';
import { clusterCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { type ClusterFlags, clusterRequest } from '../options.ts';
import { printProofs } from '../print.ts';

/** Adds `status`. */
export function addStatus({ program, actions, run }: CommandHost): void {
  const about = 'show the nodes and whether the service works; exit code 1 when it does not';
  clusterCommand(program, 'status', about).action((recipe: string, flags: ClusterFlags) =>
    run(flags, {
      operation: 'status',
      telling: 'notices',
      act: (context) => actions.status(clusterRequest(recipe, flags), context),
      print: ({ cluster, ok, nodes, services, proofs, outputs }) => [
        `${cluster} ${ok ? 'works' : 'does not work'}`,
        ...printNodes(nodes),
        ...printServices(services),
        ...printProofs(proofs),
        ...formatTable([], Object.entries(outputs)),
      ],
    }),
  );
}

/** One line a node; its roles only where not all have the same. */
function printNodes(nodes: readonly NodeStatus[]): string[] {
  const showsRoles = new Set(nodes.map(({ roles }) => roles.join(' '))).size > 1;
  const roleColumn = (text: string) => (showsRoles ? [text] : []);
  return formatTable(
    ['node', 'address', 'machine', ...roleColumn('roles'), 'services', ''],
    nodes.map(({ name, address, state, roles, services, detail }) => [
      ...[name, address ?? '', state],
      ...roleColumn(roles.join(' ')),
      services.map(formatService).join(', '),
      detail,
    ]),
  );
}

/** One line a service, where there is more than the one that every node's line tells of anyway. */
function printServices(services: readonly ServiceSummary[]): string[] {
  if (services.length < 2) return [];
  return formatTable(
    ['service', 'recipe', 'active', 'version'],
    services.map(({ name, recipe, nodes, active, versions }) => [
      name,
      recipe,
      `${active} of ${nodes}`,
      versions.join(', '),
    ]),
  );
}

function formatService({ name, version, active }: ServiceStatus): string {
  return [name, version, active].filter((word) => word !== null).join(' ');
}
