import type { Tag } from '../record.ts';
import { type ActionContext, makeId } from './action.ts';
import { tagsFor } from './tag-values.ts';

/** What every resource that a request makes has, with its own id and the tags asked for its type. */
export function newResource(
  context: ActionContext,
  [prefix, resourceType]: readonly [prefix: string, resourceType: string],
): { id: string; account: string; tags: Tag[] } {
  const { account, params } = context;
  return { id: makeId(context, prefix), account, tags: tagsFor(params, resourceType) };
}
