import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { createCappedText, firstLine } from './capped-text.ts';
import { openChannel } from './open-channel.ts';
import { portSettings } from './port.ts';
import { type Attempt, defineProbeKind } from './probe-kind.ts';

/** An answer counts as complete when nothing more has come for this long, if the service does not close. */
const quietMs = 200;

/** Connects to a port, and where there is something to send, sends it and reads the answer. */
export const tcp = defineProbeKind({
  schema: z.strictObject({
    ...portSettings,
    send: z
      .string()
      .min(1)
      .optional()
      .describe('text to send as it is; without it an accepted connection is answer enough'),
  }),
  ask: async (settings, attempt) => {
    const channel = await openChannel(attempt, settings);
    try {
      if (settings.send === undefined) {
        return { ok: true, text: '', detail: `port ${settings.port} accepts connections` };
      }
      channel.write(settings.send);
      const text = await readAnswer(channel, attempt);
      if (text !== '') return { ok: true, text, detail: firstLine(text) };
      return { ok: false, text, detail: `port ${settings.port} closed without an answer` };
    } finally {
      channel.destroy();
    }
  },
});

/** Reads until the service closes or falls quiet. */
function readAnswer(channel: Duplex, { clock, signal }: Attempt): Promise<string> {
  return new Promise((resolve, reject) => {
    const answer = createCappedText();
    let quiet = new AbortController();
    const stop = () => {
      quiet.abort();
      signal.removeEventListener('abort', onAbort);
      channel.removeListener('data', onData);
      channel.resume();
    };
    const done = () => {
      stop();
      resolve(answer.text);
    };
    const onAbort = () => {
      stop();
      reject(signal.reason);
    };
    const onData = (chunk: Buffer) => {
      quiet.abort();
      quiet = new AbortController();
      if (answer.add(chunk)) clock.sleep(quietMs, quiet.signal).then(done, () => {});
      else done();
    };
    channel.on('data', onData);
    channel.once('end', done);
    channel.once('close', done);
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
  });
}
