import { formatTable } from '../views/format-table.ts';

/** What a result tells about one proof. */
interface Proof {
  readonly about: string;
  readonly ok: boolean;
  readonly detail: string;
}

/** One line a proof: whether it held, what it is about, and what was seen. */
export function printProofs(proofs: readonly Proof[]): string[] {
  return formatTable(
    [],
    proofs.map(({ about, ok, detail }) => [ok ? '✔' : '✖', about, detail]),
  );
}

/** One line a thing that was removed, or one that says that there was nothing. */
export function printRemoved(removed: readonly { kind: string; id: string }[]): string[] {
  if (removed.length === 0) return ['there was nothing to remove'];
  return formatTable(
    [],
    removed.map(({ kind, id }) => ['removed', kind, id]),
  );
}
