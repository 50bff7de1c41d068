import { createInterface } from 'node:readline/promises';
import { asInterrupt } from './as-interrupt.ts';
import type { Session } from './session.ts';

/**
 * Whether somebody at a terminal types exactly the word that is asked for; false where there is no terminal.
 * @param question what happens when they do
 */
export async function confirms(
  { stdin, stderr, signal }: Pick<Session, 'stdin' | 'stderr' | 'signal'>,
  question: string,
  word: string,
): Promise<boolean> {
  if (stdin.isTTY !== true || stderr.isTTY !== true) return false;
  const lines = createInterface({ input: stdin, output: stderr });
  try {
    const answer = await lines.question(`${question}\nType ${word} to go on: `, { signal });
    return answer.trim() === word;
  } catch (error) {
    throw asInterrupt(error);
  } finally {
    lines.close();
  }
}
