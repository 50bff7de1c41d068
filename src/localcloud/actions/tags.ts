import { Ec2Fault, missingParameter } from '../fault.ts';
import type { OwnRecord } from '../own.ts';
import { groupsOf, listOf } from '../query.ts';
import type { Tag } from '../record.ts';
import { type Action, type ActionContext, change, look } from './action.ts';
import { filterTable, matcherOf } from './filters.ts';
import { findByIds, type Kind } from './find.ts';
import { tagsLater } from './new-resource.ts';
import { pageOf } from './page.ts';
import { groupsOfAccount, keepGroup } from './security-groups.ts';
import { mergeTags, tagsOf } from './tag-values.ts';

interface Tagged {
  readonly id: string;
  tags: Tag[];
}

/** Puts tags on resources, over those of the same keys; on all of them or on none. */
export const createTags: Action = (context) => {
  const added = tagsLater(context, tagsOf(context.params));
  if (added.length === 0) throw missingParameter('Tag');
  return changeTags(context, (tags) => mergeTags(tags, added));
};

/** Takes tags off resources: by key, or only where the value matches too when one is given. */
export const deleteTags: Action = (context) => {
  const doomed = groupsOf(context.params, 'Tag');
  const isDoomed = (tag: Tag) =>
    doomed.length === 0 ||
    doomed.some(
      (each) => each.get('Key') === tag.key && (each.get('Value') ?? tag.value) === tag.value,
    );
  return changeTags(context, (tags) => tags.filter((tag) => !isDoomed(tag)));
};

async function changeTags(context: ActionContext, apply: (tags: Tag[]) => Tag[]) {
  const ids = listOf(context.params, 'ResourceId');
  if (ids.length === 0) throw missingParameter('ResourceId');
  await change(context, (own, record) => {
    const securityGroups = groupsOfAccount(context, own);
    const all = { ...own, securityGroups };
    for (const tagged of ids.map((id) => findTagged(all, id))) tagged.tags = apply(tagged.tags);
    for (const group of securityGroups) if (ids.includes(group.id)) keepGroup(record, group);
  });
  return { return: true };
}

/** The kinds of resource that have tags, by the prefix of their ids. */
const taggedKinds: ReadonlyMap<string, readonly [Kind, (own: OwnRecord) => readonly Tagged[]]> =
  new Map([
    ['i', ['instance', ({ instances }) => instances]],
    ['vol', ['volume', ({ volumes }) => volumes]],
    ['sg', ['group', ({ securityGroups }) => securityGroups]],
    ['eipalloc', ['address', ({ addresses }) => addresses]],
  ] as const);

function findTagged(own: OwnRecord, id: string): Tagged {
  const prefix = id.split('-')[0] ?? '';
  const [kind, listed] = taggedKinds.get(prefix) ?? [];
  if (kind !== undefined && listed !== undefined) {
    const [found] = findByIds(listed(own), [id], kind);
    if (found !== undefined) return found;
  }
  const pair = own.keyPairs.find((each) => each.id === id);
  if (pair !== undefined) return pair;
  const code = prefix === 'key' ? 'InvalidKeyPair.NotFound' : 'InvalidID';
  throw new Ec2Fault(code, `The ID '${id}' does not exist`);
}

interface TagItem {
  readonly resourceId: string;
  readonly resourceType: string;
  readonly tags: readonly [Tag];
}

const filters = filterTable<TagItem>({
  'resource-id': (item) => [item.resourceId],
  'resource-type': (item) => [item.resourceType],
  key: (item) => [item.tags[0].key],
  value: (item) => [item.tags[0].value],
});

/** Lists the tags of all that the account has, one item a tag. */
export const describeTags: Action = async (context) => {
  const { params } = context;
  const own = await look(context);
  const items = [
    ...itemsOf(own.instances, 'instance'),
    ...itemsOf(own.keyPairs, 'key-pair'),
    ...itemsOf(own.volumes, 'volume'),
    ...itemsOf(own.securityGroups, 'security-group'),
    ...itemsOf(own.addresses, 'elastic-ip'),
  ].filter(matcherOf(params, filters));
  const page = pageOf(items, params, [5, 1000]);
  const tagSet = page.items.map(({ tags: [{ key, value }], ...resource }) => ({
    ...resource,
    key,
    value,
  }));
  return { tagSet, nextToken: page.nextToken };
};

function itemsOf(resources: readonly Tagged[], resourceType: string): TagItem[] {
  return resources.flatMap(({ id, tags }) =>
    tags.map((tag): TagItem => ({ resourceId: id, resourceType, tags: [tag] })),
  );
}
