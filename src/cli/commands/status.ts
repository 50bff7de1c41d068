import type { ServiceStatus } from '../../actions/service-status.ts';
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
      print: ({ cluster, ok, nodes, proofs, outputs }) => [
        `${cluster} ${ok ? 'works' : 'does not work'}`,
        ...formatTable(
          ['node', 'address', 'machine', 'services', ''],
          nodes.map(({ name, address, state, services, detail }) => [
            name,
            address ?? '',
            state,
            services.map(formatService).join(', '),
            detail,
          ]),
        ),
        ...printProofs(proofs),
        ...formatTable([], Object.entries(outputs)),
      ],
    }),
  );
}

function formatService({ name, version, active }: ServiceStatus): string {
  return [name, version, active].filter((word) => word !== null).join(' ');
}
