import { createHash } from 'node:crypto';
import { z } from 'zod';

const EnvelopeSchema = z.strictObject({ sha256: z.string(), body: z.unknown() });

/** JSON text that carries `body` with a checksum; one line unless an `indent` is given. */
export function seal(body: unknown, indent?: number): string {
  return JSON.stringify({ sha256: checksum(body), body }, null, indent);
}

/** The body of a sealed text; undefined when the text was cut, changed or never sealed. Layout does not matter. */
export function unseal(text: string): unknown {
  try {
    const envelope = EnvelopeSchema.parse(JSON.parse(text));
    return checksum(envelope.body) === envelope.sha256 ? envelope.body : undefined;
  } catch {
    return undefined;
  }
}

function checksum(body: unknown): string {
  return createHash('sha256').update(JSON.stringify(body)).digest('hex');
}
