import type { CloudRecord, Instance } from './record.ts';

/**
 * Makes an instance's end what the record wants, with what ends with it: volumes made for it go, others and its
 * addresses become free. `reason` is why, when nobody asked for it.
 */
export function endInstance(
  record: CloudRecord,
  instance: Instance,
  nowMs: number,
  reason?: Instance['endReason'],
): void {
  if (instance.want === 'terminated') return;
  instance.want = 'terminated';
  instance.wantedAtMs = nowMs;
  delete instance.endReason;
  if (reason !== undefined) instance.endReason = reason;
  record.volumes = record.volumes.filter(
    ({ attachment }) => attachment?.instance !== instance.id || !attachment.endsWithInstance,
  );
  for (const volume of record.volumes) {
    if (volume.attachment?.instance === instance.id) delete volume.attachment;
  }
  for (const address of record.addresses) {
    if (address.association?.instance === instance.id) delete address.association;
  }
}
