import { type AskOptions, ask } from './ask.ts';
import type { NodeConnection } from './connection.ts';
import { questionScript } from './script.ts';
import { unitFileName } from './values.ts';

/** The last lines that a unit wrote to the node's journal; empty when there are none. @throws {DeployerError} as {@link ask}. */
export async function journalTail(
  node: NodeConnection,
  unit: string,
  lines: number,
  options: AskOptions,
): Promise<string> {
  const script = questionScript(['report_journal', unitFileName(unit), String(lines)]);
  const frames = await ask(node, script, options);
  return frames.find((frame) => frame.type === 'text')?.text ?? '';
}
