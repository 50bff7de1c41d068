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

/**
 * Every wish that the node was ever told of and may have carried out, whether it came to an end or not; the same one may
 * be there several times. Only machines that go on after their cluster keep all of them.
 * @throws {DeployerError} `applied-damaged`; as {@link ask}.
 */
export async function begunWishes(
  node: NodeConnection,
  options: AskOptions,
): Promise<readonly Wish[]> {
  const scripts = ['report_applied', 'report_begun'].map((word) => questionScript([word]));
  const answers = await Promise.all(scripts.map((script) => ask(node, script, options)));
  const records = answers.flat().filter((frame) => frame.type === 'applied');
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
