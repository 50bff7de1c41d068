import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { asInterrupt } from './as-interrupt.ts';
import type { Session } from './session.ts';

type Terminal = Pick<Session, 'stdin' | 'stderr' | 'signal'>;

/**
 * Asks whoever sits at the terminal for secrets, which are not shown: each question once, and one after the other. The
 * answer is null where there is no terminal.
 */
export function secretAsker(terminal: Terminal): (question: string) => Promise<string | null> {
  const answers = new Map<string, Promise<string | null>>();
  let last: Promise<unknown> = Promise.resolve();
  return (question) => {
    const known = answers.get(question);
    if (known !== undefined) return known;
    const answer = last.then(() => ask(terminal, question));
    last = answer.catch(() => undefined);
    answers.set(question, answer);
    return answer;
  };
}

async function ask({ stdin, stderr, signal }: Terminal, question: string): Promise<string | null> {
  if (stdin.isTTY !== true || stderr.isTTY !== true) return null;
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() });
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true });
  stderr.write(`${question} `);
  try {
    return await lines.question('', { signal });
  } catch (error) {
    throw asInterrupt(error);
  } finally {
    lines.close();
    stderr.write('\n');
  }
}
