import { Ec2Fault, invalidParameter } from '../fault.ts';
import { groupsOf, type Params } from '../query.ts';
import type { Tag } from '../record.ts';

const mostTags = 50;

/** The tags that a request wants to put on what it creates, for one kind of resource. */
export function tagsFor(params: Params, resourceType: string): Tag[] {
  const specifications = groupsOf(params, 'TagSpecification').filter(
    (specification) => specification.get('ResourceType') === resourceType,
  );
  return mergeTags(
    [],
    specifications.flatMap((specification) => tagsOf(specification)),
  );
}

/** The tags in a request's `Tag.N`. */
export function tagsOf(params: Params): Tag[] {
  return groupsOf(params, 'Tag').map((tag) =>
    checkTag(tag.get('Key') ?? '', tag.get('Value') ?? ''),
  );
}

function checkTag(key: string, value: string): Tag {
  if (key.length === 0 || key.length > 127)
    throw invalidParameter('Tag.Key', key, 'must have 1 to 127 characters');
  if (key.startsWith('aws:'))
    throw invalidParameter('Tag.Key', key, 'begins with aws:, which is reserved');
  if (value.length > 256)
    throw invalidParameter('Tag.Value', value, 'has more than 256 characters');
  return { key, value };
}

/** `old` with `added` laid over it; EC2 allows fifty on one resource. */
export function mergeTags(old: readonly Tag[], added: readonly Tag[]): Tag[] {
  const merged = new Map([...old, ...added].map((tag) => [tag.key, tag]));
  if (merged.size > mostTags)
    throw new Ec2Fault('TagLimitExceeded', `A resource can have ${mostTags} tags`);
  return [...merged.values()];
}
