import type { Owned } from '../provider.ts';
import type { Ec2Api } from './ec2-api.ts';
import { findResources } from './resources.ts';
import { tagNames } from './tags.ts';

/** Everything that carries the tags of any cluster. */
export async function findOwned(api: Ec2Api): Promise<readonly Owned[]> {
  const found = await findResources(api, () => [[{ Name: 'tag-key', Values: [tagNames.uid] }]]);
  return found.map(({ kind, id, state, tags, createdAtMs }) => ({
    ...{ kind, id, state, createdAtMs },
    cluster: { uid: tags.get(tagNames.uid) ?? '', name: tags.get(tagNames.cluster) ?? '' },
  }));
}
