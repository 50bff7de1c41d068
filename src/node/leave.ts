import { DeployerError } from '../errors.ts';
import { begunWishes } from './applied.ts';
import { type AskOptions, ask } from './ask.ts';
import type { NodeConnection } from './connection.ts';
import { leftBehind } from './left-behind.ts';
import { hostScript } from './script.ts';

/** How long to wait for a runner that is still at work there, in seconds. */
const lockWaitSeconds = '600';

/** What became of what was on a machine. */
export interface Left {
  /** Files and folders that are gone. */
  readonly removed: readonly string[];
  /** Files that are again what they were before the cluster. */
  readonly restored: readonly string[];
  /** Folders that stay, with what is in them. */
  readonly kept: readonly string[];
}

/**
 * Leaves a machine that goes on after its cluster: services are stopped for good, then units, files and artifacts go,
 * then what was remembered of the cluster, and the claim last, so that the same call goes on after any failure. Files that
 * were there before become what they were, and folders that were there before stay with all that is in them. Packages and
 * users stay, and so does what services keep, unless it is to be purged. A machine that the cluster has not claimed is
 * left alone.
 * @throws {DeployerError} `not-left` when something does not go; as {@link ask}
 */
export async function leaveHost(
  node: NodeConnection,
  { uid, purgeData }: { readonly uid: string; readonly purgeData: boolean },
  options: AskOptions,
): Promise<Left> {
  const left = leftBehind(await begunWishes(node, options));
  const undoing: readonly (readonly [words: readonly string[], about: readonly string[]])[] = [
    [['leave_service'], left.services],
    [['leave_unit'], left.units],
    [['leave_file'], left.files],
    [['leave_artifact'], left.artifacts],
    [['leave_empty'], left.folders],
    [['leave_data', purgeData ? 'yes' : 'no'], left.data],
  ];
  const script = hostScript([
    ['begin_leave', uid, lockWaitSeconds],
    ...undoing.flatMap(([words, about]) => (about.length === 0 ? [] : [[...words, ...about]])),
    ['end_leave'],
  ]);
  const said = new Map<string, Set<string>>();
  const frames = await ask(node, script, {
    ...options,
    // An answer that is cut short tells what was removed until then, and the next one does not tell it again.
    onFrame: (frame) => {
      if (frame.type !== 'text') return;
      const [, word = '', path = ''] = /^(removed|restored|kept) (.*)$/s.exec(frame.text) ?? [];
      said.set(word, (said.get(word) ?? new Set()).add(path));
    },
  });
  const told = (word: string) => [...(said.get(word) ?? [])];
  const failure = frames.find((frame) => frame.type === 'text' && frame.text.startsWith('failed '));
  if (failure?.type === 'text') throw notLeft(node.node, failure.text.slice('failed '.length));
  return { removed: told('removed'), restored: told('restored'), kept: told('kept') };
}

function notLeft(node: string, excerpt: string): DeployerError {
  return new DeployerError('not-left', `${node}: not everything of the cluster could be removed`, {
    excerpt,
    hint: 'Put the reason right and run the same command again: it goes on from here.',
  });
}
