import { isAlive, newestMachine } from '../plan/machines.ts';
import { nodeName } from '../plan/model.ts';
import type { Machine } from '../providers/provider.ts';
import { journalled } from './journalled.ts';
import type { Run } from './run.ts';

/**
 * Ends machines that were replaced while nobody could end them and that are back: two machines with the same ordinal
 * must never serve side by side.
 */
export async function endSuperseded(run: Run, described: readonly Machine[]): Promise<void> {
  const old = described.filter(
    (machine) =>
      isAlive(machine) &&
      machine.incarnation < (newestMachine(described, machine.ordinal)?.incarnation ?? 0),
  );
  if (old.length === 0) return;
  const { cluster, context, id } = run;
  for (const machine of old) {
    const message = `${machine.id} is back, but ${nodeName(cluster.name, machine.ordinal)} has another machine by now: it is ended`;
    context.emit({ type: 'notice', level: 'warning', message });
  }
  const ids = old.map((machine) => machine.id);
  const effect = { kind: 'terminate', token: id, request: ids } as const;
  await journalled(run, effect, () => cluster.provider.terminate(ids));
}
