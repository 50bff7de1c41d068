import { DeployerError } from '../errors.ts';
import { type AskOptions, ask } from './ask.ts';
import type { NodeConnection } from './connection.ts';
import { parseRecord, recordFile } from './phase-record.ts';
import { questionScript } from './script.ts';
import type { Wish } from './wish.ts';

/**
 * What was last applied to the node, phase by phase in the order of the recipe that was applied; null when nothing ever
 * was. A phase is there once all of its steps have ended well, with the wishes of that time, files and secrets included.
 * @throws {DeployerError} `applied-damaged` when the node's record of a phase cannot be read; otherwise as {@link ask}.
 */
export async function appliedWishes(
  node: NodeConnection,
  options: AskOptions,
): Promise<readonly Wish[] | null> {
  const frames = await ask(node, questionScript(['report_applied']), options);
  const records = frames.filter((frame) => frame.type === 'applied');
  if (records.length === 0) return null;
  return records.flatMap(({ phase, text }) => {
    const wishes = parseRecord(text);
    if (wishes === null) throw damaged(node.node, phase);
    return wishes;
  });
}

function damaged(node: string, phase: string): DeployerError {
  return new DeployerError('applied-damaged', `${node}: ${recordFile(phase)} cannot be read`, {
    hint: 'It tells what was last applied there. Run create again: the node keeps it anew.',
  });
}
