import { hostsSilent } from './host-errors.ts';
import { isGone, isSeen, type Park } from './park.ts';

/**
 * Leaves machines as they were found. One that another cluster has claimed by now is skipped, and told of. One that is
 * gone for good is given up.
 * @throws {DeployerError} `host-silent` with those that do not answer, once all others are left; what leaving one failed with
 */
export async function leaveHosts(park: Park, ids: readonly string[]): Promise<void> {
  const { hosts, sightings, remembered, left, warn } = park;
  const found = await sightings.of(hosts.filter(({ id }) => ids.includes(id)));
  const leaving = found.filter(isSeen).map(async ({ host, sight: { claim } }) => {
    const uid = remembered.get(host.id)?.uid;
    if (claim !== null && claim.uid !== uid) {
      warn(`${host.id} belongs to ${claim.cluster} and is not touched`);
    } else if (claim !== null) {
      await host.leave(claim.uid);
    }
    remembered.delete(host.id);
    left.add(host.id);
  });
  const failed = (await Promise.allSettled(leaving)).find(({ status }) => status === 'rejected');
  if (failed?.status === 'rejected') throw failed.reason;
  const silent = found.filter((each) => !isSeen(each));
  for (const { host } of silent.filter(isGone)) {
    warn(`${host.id} does not answer and is given up, with all that is on it`);
    remembered.delete(host.id);
  }
  const waitedFor = silent.filter((each) => !isGone(each));
  if (waitedFor.length > 0) throw hostsSilent(waitedFor);
}
