import { Ec2Fault, missingParameter } from '../fault.ts';
import { groupsOf, listOf } from '../query.ts';
import type { CloudRecord, Tag } from '../record.ts';
import type { Action, ActionContext } from './action.ts';
import { filterTable, matcherOf } from './filters.ts';
import { findInstances } from './own-instances.ts';
import { pageOf } from './page.ts';
import { mergeTags, tagsOf } from './tag-values.ts';

interface Tagged {
  readonly id: string;
  tags: Tag[];
}

/** Puts tags on resources, over those of the same keys; on all of them or on none. */
export const createTags: Action = (context) => {
  const added = tagsOf(context.params);
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

async function changeTags(context: ActionContext, change: (tags: Tag[]) => Tag[]) {
  const ids = listOf(context.params, 'ResourceId');
  if (ids.length === 0) throw missingParameter('ResourceId');
  await context.host.store.update((record) => {
    for (const resource of ids.map((id) => findTagged(record, context.account, id))) {
      resource.tags = change(resource.tags);
    }
  });
  return { return: true };
}

function findTagged(record: CloudRecord, account: string, id: string): Tagged {
  if (id.startsWith('i-')) {
    const own = record.instances.filter((instance) => instance.account === account);
    const [instance] = findInstances(own, [id]);
    if (instance !== undefined) return instance;
  }
  const pair = record.keyPairs.find((each) => each.account === account && each.id === id);
  if (pair !== undefined) return pair;
  const code = id.startsWith('key-') ? 'InvalidKeyPair.NotFound' : 'InvalidID';
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
export const describeTags: Action = async ({ host, account, params }) => {
  const record = await host.store.read();
  const items = [
    ...itemsOf(record.instances, account, 'instance'),
    ...itemsOf(record.keyPairs, account, 'key-pair'),
  ].filter(matcherOf(params, filters));
  const page = pageOf(items, params, [5, 1000]);
  const tagSet = page.items.map(({ tags: [tag], ...resource }) => ({ ...resource, ...tag }));
  return { tagSet, nextToken: page.nextToken };
};

function itemsOf(
  resources: readonly (Tagged & { readonly account: string })[],
  account: string,
  resourceType: string,
): TagItem[] {
  return resources
    .filter((resource) => resource.account === account)
    .flatMap(({ id, tags }) =>
      tags.map((tag): TagItem => ({ resourceId: id, resourceType, tags: [tag] })),
    );
}
