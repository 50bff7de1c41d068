import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';
import { AccountNameSchema, PathSchema } from '../values.ts';

/**
 * A user that exists, with a group of its own name. Home and shell of one that exists already are changed only where
 * they are given; a system user gets no folder made (a directory step does that) and cannot log in.
 */
export const userStep = defineStepKind(
  z.strictObject({
    name: AccountNameSchema,
    system: z.boolean().optional(),
    home: PathSchema.optional(),
    shell: PathSchema.optional(),
    groups: z.array(AccountNameSchema).optional(),
  }),
  ({ name, system, home, shell, groups }) => ({
    call: [
      'user',
      name,
      system === true ? 'yes' : 'no',
      home ?? '',
      shell ?? '',
      ...(groups ?? []),
    ],
  }),
);
