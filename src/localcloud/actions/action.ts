import type { Host } from '../host.ts';
import type { Params } from '../query.ts';
import type { XmlValue } from '../xml.ts';

/** What an action knows of the request that it answers. */
export interface ActionContext {
  readonly host: Host;
  /** The caller's account: what others own is not there for it. */
  readonly account: string;
  readonly params: Params;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
}

/** Answers one EC2 action with the elements of its response. */
export type Action = (context: ActionContext) => Promise<Readonly<Record<string, XmlValue>>>;

/** The zone that everything is in. */
export const zone = 'local-1a';

/** A time as EC2 writes it. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
