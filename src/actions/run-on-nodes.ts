import { type NodeFailure, toDeployerError } from '../errors.ts';
import type { ExecResult, Remote } from '../remote/remote.ts';
import type { ActionContext } from './context.ts';
import { lookAt } from './look-at.ts';
import type { Cluster } from './open-cluster.ts';
import { outputLines } from './output-lines.ts';
import type { ReachedNode } from './reach-nodes.ts';
import { rememberedNodes } from './remembered-nodes.ts';
import { selectNodes } from './select-nodes.ts';

/** How a command ended on one node. */
export interface NodeRun {
  readonly node: string;
  readonly result: ExecResult;
}

/** How a command ended on all nodes that it was meant for. */
export interface NodeRuns {
  /** In the order of the ordinals. */
  readonly runs: readonly NodeRun[];
  /** Nodes that could not be reached, or were lost before the command ended. */
  readonly failures: readonly NodeFailure[];
}

/**
 * Runs a command on the selected nodes at once; each line of output is emitted as it comes, and so is each node's
 * failure.
 * @param words which nodes, as `selectNodes` takes them
 */
export async function runOnNodes(
  cluster: Cluster,
  words: readonly string[],
  command: (remote: Remote) => string,
  context: ActionContext,
): Promise<NodeRuns> {
  const ordinals = selectNodes(await rememberedNodes(cluster, context), words);
  const look = await lookAt(cluster, context, ({ ordinal }) => ordinals.has(ordinal));
  const failures: NodeFailure[] = [];
  const runs: NodeRun[] = [];
  const fail = (failure: NodeFailure) => {
    failures.push(failure);
    const { message: said } = failure.error;
    const message = said.startsWith(failure.node) ? said : `${failure.node}: ${said}`;
    context.emit({ type: 'notice', level: 'warning', message });
  };
  look.failures.forEach(fail);
  const runOne = async (node: ReachedNode) => {
    try {
      runs.push({ node: node.name, result: await execute(node, command(node.remote), context) });
    } catch (error) {
      if (!context.signal.aborted) fail({ node: node.name, error: toDeployerError(error) });
    }
  };
  await Promise.all(look.reached.map(runOne));
  context.signal.throwIfAborted();
  return { runs: runs.toSorted(byNode), failures };
}

function byNode(left: NodeRun, right: NodeRun): number {
  return left.node.localeCompare(right.node, 'en', { numeric: true });
}

async function execute(
  node: ReachedNode,
  command: string,
  { emit, signal }: ActionContext,
): Promise<ExecResult> {
  const lines = (stream: 'stdout' | 'stderr') =>
    outputLines((line) => emit({ type: 'node-output', node: node.name, stream, line }));
  const stdout = lines('stdout');
  const stderr = lines('stderr');
  try {
    return await node.remote.exec(command, {
      onStdout: stdout.push,
      onStderr: stderr.push,
      signal,
    });
  } finally {
    stdout.end();
    stderr.end();
  }
}
