import { z } from 'zod';
import { createCappedText, firstLine } from './capped-text.ts';
import { defineProbeKind } from './probe-kind.ts';

/**
 * Runs a command of `sh` on the node as the login user; the answer's text is what it wrote to stdout. Its time is
 * limited on the node, because a closed channel alone does not end it. The text travels as input, so that no login
 * shell has a say in its quoting.
 */
export const command = defineProbeKind({
  schema: z.string().min(1).describe('command for sh; exit code 0 is a success'),
  ask: async (script, { remote, timeoutMs, signal }) => {
    const seconds = Math.max(1, Math.ceil(timeoutMs / 1000));
    const stdout = createCappedText();
    const stderr = createCappedText();
    const result = await remote.exec(`exec timeout -k 1 ${seconds} sh -c "$(cat)"`, {
      stdin: script,
      collect: false,
      signal,
      onStdout: stdout.add,
      onStderr: stderr.add,
    });
    const { text } = stdout;
    if (result.code === 0) return { ok: true, text, detail: firstLine(text) || 'exit code 0' };
    const ending = result.signal ?? `exit code ${result.code}`;
    const complaint = firstLine(stderr.text) || firstLine(text);
    return { ok: false, text, detail: complaint === '' ? ending : `${ending}: ${complaint}` };
  },
});
