import { type NodeFailure, NodesFailed, toDeployerError } from '../errors.ts';
import type { ExecResult } from '../remote/remote.ts';
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

/**
 * Runs a command on the selected nodes at once; each line of output is emitted as it comes.
 * @param words which nodes, as `selectNodes` takes them
 * @throws {NodesFailed} once all commands have ended, when a node could not be reached or was lost
 */
export async function runOnNodes(
  cluster: Cluster,
  words: readonly string[],
  command: string,
  context: ActionContext,
): Promise<readonly NodeRun[]> {
  const ordinals = selectNodes(await rememberedNodes(cluster, context), words);
  const look = await lookAt(cluster, context, ({ ordinal }) => ordinals.has(ordinal));
  const failures: NodeFailure[] = [...look.failures];
  const runs: NodeRun[] = [];
  const runOne = async (node: ReachedNode) => {
    try {
      runs.push({ node: node.name, result: await execute(node, command, context) });
    } catch (error) {
      failures.push({ node: node.name, error: toDeployerError(error) });
    }
  };
  await Promise.all(look.reached.map(runOne));
  context.signal.throwIfAborted();
  if (failures.length > 0) {
    const nodes = failures.length === 1 ? '1 node' : `${failures.length} nodes`;
    throw new NodesFailed(`the command did not come to its end on ${nodes}`, failures);
  }
  return runs.toSorted((left, right) =>
    left.node.localeCompare(right.node, 'en', { numeric: true }),
  );
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
