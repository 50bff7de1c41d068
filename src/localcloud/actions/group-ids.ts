import type { Instance } from '../record.ts';
import { defaultGroupIdOf } from '../zones.ts';

/** The ids of the security groups that an instance is in. */
export function groupIdsOf({ account, groups }: Instance): readonly string[] {
  return groups.length === 0 ? [defaultGroupIdOf(account)] : groups;
}
