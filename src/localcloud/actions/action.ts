import type { Host } from '../host.ts';
import { newId } from '../ids.ts';
import type { Machines } from '../machines.ts';
import type { Misdeed } from '../misdeed.ts';
import { type OwnRecord, ownOf, shownOf } from '../own.ts';
import type { Personality } from '../personality.ts';
import type { Params } from '../query.ts';
import type { CloudRecord, Tag } from '../record.ts';
import type { XmlValue } from '../xml.ts';

/** What an action knows of the request that it answers. */
export interface ActionContext {
  readonly host: Host;
  readonly machines: Machines;
  /** The caller's account: what others own is not there for it. */
  readonly account: string;
  readonly params: Params;
  /** Milliseconds since the epoch. */
  readonly nowMs: number;
  readonly personality: Personality;
  /** What the cloud does wrong now. */
  readonly misdeeds: readonly Misdeed[];
}

/** Answers one EC2 action with the elements of its response. */
export type Action = (context: ActionContext) => Promise<Readonly<Record<string, XmlValue>>>;

/** What the caller's account sees now. */
export async function look({ host, account, nowMs }: ActionContext): Promise<OwnRecord> {
  return shownOf(ownOf(await host.store.read(), account, nowMs), nowMs);
}

/** As `RecordStore.update`, with what the caller's account sees of the record beside it. */
export function change<T>(
  { host, account, nowMs }: ActionContext,
  work: (own: OwnRecord, record: CloudRecord) => T,
): Promise<T> {
  return host.store.update((record) => work(ownOf(record, account, nowMs), record));
}

/** A new id of the caller's cloud. */
export function makeId({ personality }: ActionContext, prefix: string): string {
  return newId(prefix, personality.idDigits);
}

/** A time as EC2 writes it. */
export function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}

/** Tags as EC2 writes them. */
export function tagItems(tags: readonly Tag[]): XmlValue {
  return tags.map(({ key, value }) => ({ key, value }));
}
