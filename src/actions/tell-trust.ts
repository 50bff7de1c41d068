import type { HostKey } from '../remote/host-key.ts';
import type { ActionContext } from './context.ts';

/**
 * Tells that a key is trusted because it is the first one that was seen, once for all who see it.
 * @param told what was told so far; added to
 */
export function tellTrust(
  told: Set<string>,
  { key, id, node }: { readonly key: HostKey; readonly id: string; readonly node?: string },
  { emit }: Pick<ActionContext, 'emit'>,
): void {
  const trust = `trusting host key ${key.fingerprint} of ${id} at first sight`;
  if (told.has(trust)) return;
  told.add(trust);
  const message = node === undefined || node === id ? trust : `${node}: ${trust}`;
  emit({ type: 'notice', level: 'info', message });
}
