import { type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { z } from 'zod';
import { createCappedText } from './capped-text.ts';
import { openChannel } from './open-channel.ts';
import { portSettings } from './port.ts';
import { defineProbeKind } from './probe-kind.ts';

const schema = z.strictObject({
  ...portSettings,
  path: z.string().startsWith('/').describe('path to ask for, like /v1/status/leader'),
  method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'DELETE']).optional().describe('GET when left out'),
  body: z.string().optional().describe('text to send'),
});

/** Asks a web server of the node; the answer's text is the body, and any status but 2xx is a failure. */
export const http = defineProbeKind({
  schema,
  ask: async (settings, attempt) => {
    const channel = await openChannel(attempt, settings);
    try {
      const response = await exchange(channel, settings, attempt.signal);
      const answer = createCappedText();
      for await (const chunk of response) {
        if (!answer.add(chunk)) break;
      }
      const { statusCode = 0, statusMessage = '' } = response;
      const ok = statusCode >= 200 && statusCode < 300;
      return { ok, text: answer.text, detail: `HTTP ${statusCode} ${statusMessage}`.trim() };
    } finally {
      channel.destroy();
    }
  },
});

function exchange(
  channel: Duplex,
  { port, host = '127.0.0.1', path, method = 'GET', body = '' }: z.infer<typeof schema>,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { connection: 'close', 'content-length': Buffer.byteLength(body) };
    const options = { host, port, path, method, headers, signal, createConnection: () => channel };
    request(options, resolve).on('error', reject).end(body);
  });
}
