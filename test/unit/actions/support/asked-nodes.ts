import type { AskedNode } from '../../../../src/actions/ask-nodes.ts';
import type { ClusterModel } from '../../../../src/plan/model.ts';
import type { Remote } from '../../../../src/remote/remote.ts';

/** What the node with this ordinal prints for a command; null where the command fails. */
export type Answer = (ordinal: number, command: string) => string | null;

/** The nodes of a cluster that answer like this; these ordinals were not reached. */
export function askedNodesOf(
  model: ClusterModel,
  answer: Answer,
  unreached: readonly number[] = [],
): readonly AskedNode[] {
  return model.nodes.map((scope) => ({
    scope,
    remote: unreached.includes(scope.ordinal) ? null : remoteOf(scope.ordinal, answer),
  }));
}

function remoteOf(ordinal: number, answer: Answer): Remote {
  return {
    node: `node-${ordinal}`,
    needsSudo: false,
    exec: async (_, options = {}) => {
      const text = answer(ordinal, String(options.stdin));
      options.onStdout?.(Buffer.from(text ?? ''));
      const nothing = Buffer.alloc(0);
      return { code: text === null ? 1 : 0, signal: null, stdout: nothing, stderr: nothing };
    },
    openTcp: () => Promise.reject(new Error('these nodes have no ports')),
    untilLost: () => new Promise(() => {}),
    close: async () => {},
  };
}
