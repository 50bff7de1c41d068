import { misdeedOf } from '../misdeeds.ts';
import type { Tag } from '../record.ts';
import { type ActionContext, makeId } from './action.ts';
import { tagsFor } from './tag-values.ts';

/** What every resource that a request makes has, with its own id and the tags asked for its type. */
export function newResource(
  context: ActionContext,
  [prefix, resourceType]: readonly [prefix: string, resourceType: string],
): { id: string; account: string; tags: Tag[]; visibleFromMs?: number } {
  const { account, params, nowMs, misdeeds } = context;
  const late = misdeedOf(misdeeds, 'late');
  return {
    id: makeId(context, prefix),
    account,
    tags: tagsLater(context, tagsFor(params, resourceType)),
    ...(late !== undefined && { visibleFromMs: nowMs + late.ms }),
  };
}

/** The tags as they are written down now, which the cloud may show later. */
export function tagsLater({ nowMs, misdeeds }: ActionContext, tags: readonly Tag[]): Tag[] {
  const late = misdeedOf(misdeeds, 'late-tags');
  return tags.map((tag) =>
    late === undefined ? { ...tag } : { ...tag, visibleFromMs: nowMs + late.ms },
  );
}
