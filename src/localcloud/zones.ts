import { digest } from './names.ts';
import type { Block } from './subnet.ts';

/** The one region that there is. */
export const region = 'local-1';

/** The zones of the region; they are names, since all machines are on this computer. */
export const zones = ['local-1a', 'local-1b', 'local-1c'] as const;

/** The zone of a machine for which none was chosen. */
export const defaultZone = 'local-1a';

/** The id of an account's only network. */
export function vpcIdOf(account: string): string {
  return derivedId('vpc', account);
}

/** The id of the account's subnet in a zone. */
export function subnetIdOf(account: string, zone: string): string {
  return derivedId('subnet', `${account}/${zone}`);
}

/** The id of the security group that an account has from the beginning. */
export function defaultGroupIdOf(account: string): string {
  return derivedId('sg', account);
}

/** The zone that a subnet of the account is in, if there is such a subnet. */
export function zoneOfSubnet(account: string, subnetId: string): string | undefined {
  return zones.find((zone) => subnetIdOf(account, zone) === subnetId);
}

/** The quarter of the machines' block that the addresses of a zone are from; the last quarter is left over. */
export function zoneBlock(block: Block, zone: string): Block {
  const index = Math.max(0, zones.indexOf(zone as (typeof zones)[number]));
  const prefix = block.prefix + 2;
  return { base: block.base + index * 2 ** (32 - prefix), prefix };
}

/** The twelve digits by which AWS calls an account. */
export function accountNumber(account: string): string {
  return String(BigInt(`0x${digest(account, 15)}`) % 10n ** 12n).padStart(12, '0');
}

/** As short as the ids of the clouds that have short ones; see `Personality.idDigits`. */
function derivedId(prefix: string, of: string): string {
  return `${prefix}-${digest(`${prefix}/${of}`, 8).padStart(17, '0')}`;
}
