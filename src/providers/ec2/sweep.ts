import type { Leftover } from '../provider.ts';
import { backoffMs } from './backoff.ts';
import type { Capabilities } from './capabilities.ts';
import type { Ec2Api } from './ec2-api.ts';
import { byName, byUid } from './marks.ts';
import { type Removal, removalOf } from './remove-resource.ts';
import { findResources, type Resource, type ResourceKind } from './resources.ts';
import { tagNames } from './tags.ts';

/** How long what is not free yet is waited for, in milliseconds. */
const patienceMs = 120_000;

/** What has to be gone before the next of these can go. The key pair is last: it is what the others are found by. */
const order: readonly ResourceKind[] = [
  'spot-request',
  'instance',
  'volume',
  'address',
  'network-interface',
  'security-group',
  'key-pair',
];

/**
 * Removes what a cluster leaves, round by round until nothing is left, nothing more can be done, or it takes too long.
 * Machines are not ended here, but for those of a launch that was cut off before anybody could tell what they are.
 */
export async function sweepCluster(
  api: Ec2Api,
  capabilities: Capabilities,
  uid: string,
): Promise<readonly Leftover[]> {
  const { clock, signal, random = Math.random } = api.deps;
  const deadline = clock.monotonicMs() + patienceMs;
  for (let round = 0; ; round += 1) {
    const left = await remaining(api, capabilities, uid);
    const removals = await removeAll(api, left);
    if (left.length === 0) return [];
    if (isStuck(removals) || clock.monotonicMs() >= deadline) {
      return Promise.all(removals.map(({ resource, why }) => toLeftover(resource, why)));
    }
    // What was just removed is looked for at once; what is in use needs time.
    const isBusy = removals.some(({ outcome }) => outcome === 'busy');
    if (isBusy)
      await clock.sleep(backoffMs(round, { firstMs: 500, mostMs: 5_000 }, random), signal);
  }
}

/** Everything of the cluster. Its name counts beside its tags, for whoever was killed before the tags were on. */
function remaining(
  api: Ec2Api,
  { tagOnCreate }: Capabilities,
  uid: string,
): Promise<readonly Resource[]> {
  return findResources(api, (kind, property) => [
    [byUid(uid)],
    // Machines are looked for by name on every cloud: tags can be taken off.
    ...(property !== null && (!tagOnCreate || kind === 'instance')
      ? [[byName(property, uid)]]
      : []),
  ]);
}

/** Whether waiting is in vain: nothing went, and something that stays holds the rest. */
function isStuck(removals: readonly Outcome[]): boolean {
  const has = (wanted: Removal['outcome']) => removals.some(({ outcome }) => outcome === wanted);
  return has('kept') && !has('removed');
}

interface Outcome extends Removal {
  readonly resource: Resource;
}

async function removeAll(api: Ec2Api, left: readonly Resource[]): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const kind of order) {
    const isHeld =
      kind === 'key-pair' && outcomes.some(({ resource }) => resource.kind === 'instance');
    const ofKind = left.filter((resource) => resource.kind === kind);
    const removed = ofKind.map(async (resource): Promise<Outcome> => {
      // As long as machines are there the key pair tells whose they are.
      const removal = isHeld ? ({ outcome: 'busy' } as const) : await removalOf(api, resource);
      return { ...removal, resource };
    });
    outcomes.push(...(await Promise.all(removed)));
  }
  return outcomes;
}

async function toLeftover(
  { kind, id, state, tags }: Resource,
  why: Removal['why'],
): Promise<Leftover> {
  const holder = await why?.();
  const named = tags.get(tagNames.cluster) ?? '';
  const words = [state, holder, named].find((text) => text !== undefined && text !== '') ?? '';
  return { kind, id, state: holder === undefined ? words : `${state}, ${holder}` };
}
