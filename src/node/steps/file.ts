import { z } from 'zod';
import { bundleFile, defineStepKind } from '../step-kind.ts';
import { ownership, ownershipWords, PathSchema, TextSchema } from '../values.ts';

/**
 * A file with exactly this content, owner and mode (0644; 0600 when it is secret), replaced whole by a rename. The
 * folder around it must be there. The content never appears in an answer.
 */
export const fileStep = defineStepKind(
  z.strictObject({
    path: PathSchema,
    content: TextSchema,
    ...ownership,
    secret: z.boolean().optional(),
  }),
  (wish) => {
    const file = bundleFile(wish.content);
    const defaultMode = wish.secret === true ? '0600' : '0644';
    return {
      call: ['file', wish.path, file.hash, ...ownershipWords(wish, defaultMode)],
      files: [file],
      asks: { files: [wish.path] },
    };
  },
);
