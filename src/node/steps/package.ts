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

/** Names like `stable` mean another release every two years, and apt knows a release's packages by its codename. */
const SuiteSchema = z
  .string()
  .regex(
    /^(?!(old)*stable|testing|unstable|experimental|proposed)[a-z][a-z0-9-]*$/,
    'must be the codename of a Debian release, like "bullseye"',
  );

/**
 * Debian packages that are installed; apt's recommendations are left out unless asked for. One with a version, written
 * as apt has it (`NAME=VERSION`), is installed in exactly that version, older or newer than what is there. With a
 * suite, those that are missing come from that release, out of the node's own Debian mirror, with what they need from
 * there and nothing else; one that is installed already is as wished, wherever it came from.
 */
export const packageStep = defineStepKind(
  z.union([
    NamesSchema,
    z.strictObject({
      names: NamesSchema,
      recommends: z.boolean().optional(),
      suite: SuiteSchema.optional(),
    }),
  ]),
  (wish) => {
    const { names, recommends = false, suite = '' } = 'names' in wish ? wish : { names: wish };
    return {
      call: ['package', recommends ? 'yes' : 'no', suite, ...names],
      asks: { packages: names },
    };
  },
);
