import { DeployerError } from '../errors.ts';
import type { MachineChange } from '../plan/machines.ts';
import type { DocumentMachine } from '../plan/plan-document.ts';
import { journalled } from './journalled.ts';
import type { Place } from './open-place.ts';
import type { Run } from './run.ts';

/** The machines that a change ends. */
export function endedBy(changes: readonly MachineChange[]): readonly string[] {
  return changes.flatMap(({ action, machineId }) =>
    action === 'replace' && machineId !== null ? [machineId] : [],
  );
}

/**
 * Those of the machines that the cloud protects, once it is certain that they may be ended.
 * @throws {DeployerError} `protected` when nobody has said so; nothing was touched
 */
export async function assertEndable(
  { provider, name }: Pick<Place, 'provider' | 'name'>,
  ids: readonly string[],
  forceUnprotect: boolean,
): Promise<readonly string[]> {
  const kept = ids.length === 0 ? [] : await provider.protectedAmong(ids);
  if (kept.length > 0 && !forceUnprotect) {
    throw new DeployerError('protected', `machines of ${name} are protected from being ended`, {
      excerpt: kept.join('\n'),
      hint: 'Nothing was touched. Say --force-unprotect to end them all the same.',
    });
  }
  return kept;
}

/** Lets protected machines be ended; the last thing before they are. */
export async function liftProtection(run: Run<Place>, kept: readonly string[]): Promise<void> {
  if (kept.length === 0) return;
  const { provider } = run.cluster;
  await journalled(run, { kind: 'unprotect', token: run.id, request: kept }, () =>
    provider.unprotect(kept),
  );
}

/** The machines of a plan, each with a word on its protection. */
export async function tellProtection(
  { provider, request }: Pick<Place, 'provider' | 'request'>,
  machines: readonly DocumentMachine[],
  changes: readonly MachineChange[],
): Promise<readonly DocumentMachine[]> {
  const ended = endedBy(changes);
  const kept = new Set(ended.length === 0 ? [] : await provider.protectedAmong(ended));
  return machines.map((machine) => {
    const change = changes.find(({ ordinal }) => ordinal === machine.ordinal);
    const isKept = kept.has(change?.machineId ?? '');
    const words = [
      machine.reason,
      ...(isKept ? ['protected: needs --force-unprotect'] : []),
      ...(machine.action !== 'start' && request.profile.protect ? ['will be protected'] : []),
    ];
    return { ...machine, reason: words.join('; ') };
  });
}
