import { randomBytes } from 'node:crypto';
import type { Params } from './query.ts';

const prefixes = 'i|r|vol|sg|sgr|eni|eni-attach|key|subnet|vpc|sir|eipalloc|eipassoc';
const longId = new RegExp(`\\b(${prefixes})-0{9}([0-9a-f]{8})\\b`, 'g');
const shortId = new RegExp(`^(${prefixes})-([0-9a-f]{8})$`);

/** A new id; one of eight digits is filled up with zeros, since the cloud itself knows one length only. */
export function newId(prefix: string, digits: 17 | 8): string {
  return `${prefix}-${randomBytes(9).toString('hex').slice(0, digits).padStart(17, '0')}`;
}

/** The text with the ids that {@link newId} filled up as a cloud with short ids writes them. */
export function withShortIds(text: string): string {
  return text.replace(longId, '$1-$2');
}

/** The parameters with short ids as the record has them. */
export function withLongIds(params: Params): Params {
  return new Map(
    [...params].map(([name, value]) => {
      const [, prefix, digits = ''] = shortId.exec(value) ?? [];
      return [name, prefix === undefined ? value : `${prefix}-${digits.padStart(17, '0')}`];
    }),
  );
}
