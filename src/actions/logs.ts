import { quoteAll } from '../node/quote.ts';
import type { Remote } from '../remote/remote.ts';
import type { ActionContext, ClusterRequest } from './context.ts';
import { openCluster } from './open-cluster.ts';
import { type NodeRuns, runOnNodes } from './run-on-nodes.ts';

/** Whose logs, and how much of them. */
export interface LogsRequest extends ClusterRequest {
  /** A node's ordinal or name, or `role=ROLE`; all nodes when undefined. */
  readonly node: string | undefined;
  /** Go on showing what is added, until interrupted. */
  readonly follow: boolean;
  /** How many of the newest lines. */
  readonly lines: number;
}

/** What the services wrote. */
export interface LogsResult {
  readonly cluster: string;
  /** Every node could be asked. */
  readonly ok: boolean;
  readonly nodes: readonly { readonly node: string; readonly lines: readonly string[] }[];
}

/** Shows the journal of the recipe's services on the cluster's nodes, each line as it comes. */
export async function logs(request: LogsRequest, context: ActionContext): Promise<LogsResult> {
  await using cluster = await openCluster(request, context);
  const units = cluster.request.composition.phases.flatMap(({ service }) => service?.name ?? []);
  const words = [
    ...['journalctl', '--no-pager', '--output=short-iso', `--lines=${request.lines}`],
    ...(request.follow ? ['--follow'] : []),
    ...units.map((unit) => `--unit=${unit}`),
  ];
  const commandOn = ({ needsSudo }: Remote) =>
    quoteAll([...(needsSudo ? ['sudo', '-n'] : []), ...words]);
  const wanted = request.node === undefined ? [] : [request.node];
  const { runs, failures } = await untilStopped(request, context, () =>
    runOnNodes(cluster, wanted, commandOn, context),
  );
  const nodes = runs.map(({ node, result }) => ({
    node,
    lines: result.stdout
      .toString('utf8')
      .split('\n')
      .filter((line) => line !== ''),
  }));
  const ok = failures.length === 0 && runs.every(({ result }) => result.code === 0);
  return { cluster: cluster.name, ok, nodes };
}

/** What is followed ends when the user stops it, which is no failure. */
async function untilStopped(
  { follow }: LogsRequest,
  { signal }: ActionContext,
  work: () => Promise<NodeRuns>,
): Promise<NodeRuns> {
  try {
    return await work();
  } catch (error) {
    if (follow && signal.aborted) return { runs: [], failures: [] };
    throw error;
  }
}
