import { type Misdeed, parseMisdeed } from './misdeed.ts';
import type { CloudRecord } from './record.ts';

type OfKind<K extends Misdeed['kind']> = Misdeed & { readonly kind: K };

/** What the cloud does wrong now; what was to be done a number of times is done with once that is through. */
export function misdeedsOf({ misdeeds }: Pick<CloudRecord, 'misdeeds'>): readonly Misdeed[] {
  return misdeeds.filter(({ left }) => left !== 0).map(({ spec }) => parseMisdeed(spec).misdeed);
}

/** The first of a kind, if there is one. */
export function misdeedOf<K extends Misdeed['kind']>(
  misdeeds: readonly Misdeed[],
  kind: K,
): OfKind<K> | undefined {
  return misdeeds.find((each): each is OfKind<K> => each.kind === kind);
}

/** The first of a kind that `applies`, in the record, with one time less left to do it; undefined when there is none. */
export function takeMisdeed<K extends Misdeed['kind']>(
  record: CloudRecord,
  kind: K,
  applies: (misdeed: OfKind<K>) => boolean = () => true,
): OfKind<K> | undefined {
  for (const stored of record.misdeeds) {
    const found =
      stored.left === 0 ? undefined : misdeedOf([parseMisdeed(stored.spec).misdeed], kind);
    if (found === undefined || !applies(found)) continue;
    if (stored.left !== undefined) stored.left -= 1;
    return found;
  }
  return undefined;
}
