import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';

const NamesSchema = z
  .array(
    z
      .string()
      .regex(
        /^[a-z0-9][a-z0-9+.-]+(=(\d+:)?[A-Za-z0-9][A-Za-z0-9+.~-]*)?$/,
        'must be the name of a Debian package, alone or with a version like "tar=1.34+dfsg-1"',
      ),
  )
  .min(1);

/**
 * Debian packages that are installed; apt's recommendations are left out unless asked for. One with a version, written
 * as apt has it (`NAME=VERSION`), is installed in exactly that version, older or newer than what is there.
 */
export const packageStep = defineStepKind(
  z.union([
    NamesSchema,
    z.strictObject({ names: NamesSchema, recommends: z.boolean().optional() }),
  ]),
  (wish) => {
    const { names, recommends } = 'names' in wish ? wish : { names: wish, recommends: false };
    return {
      call: ['package', recommends === true ? 'yes' : 'no', ...names],
      asks: { packages: names },
    };
  },
);
