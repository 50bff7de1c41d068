import type { CloudRecord, Tag } from './record.ts';

/** The part of a record that one account sees. */
export type OwnRecord = Pick<
  CloudRecord,
  'network' | 'instances' | 'keyPairs' | 'securityGroups' | 'volumes' | 'addresses'
>;

interface Resource {
  readonly account: string;
  readonly visibleFromMs?: number | undefined;
}

/**
 * What an account sees of a record at a moment: what is its own and has become visible. The resources are those of the
 * record themselves, so that they can be changed.
 */
export function ownOf(record: CloudRecord, account: string, nowMs: number): OwnRecord {
  const mine = <T extends Resource>(all: readonly T[]): T[] =>
    all.filter(
      ({ account: owner, visibleFromMs = 0 }) => owner === account && visibleFromMs <= nowMs,
    );
  return {
    network: record.network,
    instances: mine(record.instances),
    keyPairs: mine(record.keyPairs),
    securityGroups: mine(record.securityGroups),
    volumes: mine(record.volumes),
    addresses: mine(record.addresses),
  };
}

/** The same with the tags that have become visible only, for showing it. */
export function shownOf(own: OwnRecord, nowMs: number): OwnRecord {
  const shown = <T extends { readonly tags: Tag[] }>(all: readonly T[]): T[] =>
    all.map((each) => ({
      ...each,
      tags: each.tags.filter((tag) => (tag.visibleFromMs ?? 0) <= nowMs),
    }));
  return {
    network: own.network,
    instances: shown(own.instances),
    keyPairs: shown(own.keyPairs),
    securityGroups: shown(own.securityGroups),
    volumes: shown(own.volumes),
    addresses: shown(own.addresses),
  };
}
