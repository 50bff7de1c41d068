import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';
import { ownership, ownershipWords, PathSchema } from '../values.ts';

/** A folder that exists with this owner and mode (0755); the folder around it must be there. */
export const directoryStep = defineStepKind(
  z.strictObject({ path: PathSchema, ...ownership }),
  (wish) => ({
    call: ['directory', wish.path, ...ownershipWords(wish, '0755')],
    asks: { files: [wish.path] },
  }),
);
