import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';
import { UnitNameSchema, unitFileName } from '../values.ts';

const HashSchema = z.string().regex(/^[A-Za-z0-9:_][A-Za-z0-9:_-]{0,127}$/, 'must be a hash');

/**
 * A service that is enabled and runs with exactly these inputs. The node keeps {inputs, systemd's InvocationID, number
 * of the bundle, what it takes in by a reload} of the last start or reload that is known to be right, and for each phase the number of the last bundle that
 * changed anything of it but services, written before the change.
 *
 * - Other inputs ask for `onChange`, so a crash between a new file and the restart cannot lose the restart.
 * - Where only what it takes in by a reload is another, it is reloaded.
 * - Another InvocationID (a reboot, a crash, somebody's restart) asks for a restart only if something that it reads
 *   was changed since that bundle, or has to be in front of this step: the service may have started with what lay there in between.
 *   Otherwise it started with the recorded inputs; it is as wished, and an apply records its new InvocationID.
 */
export const serviceStep = defineStepKind(
  z.strictObject({
    name: UnitNameSchema,
    /** Hash over everything that the service reads at its start. */
    inputs: HashSchema,
    /** Hash over everything that it takes in by a reload; left out when that is nothing. */
    reloads: HashSchema.optional(),
    /** What a running service with other inputs gets; `restart` unless said otherwise. */
    onChange: z.enum(['restart', 'reload', 'none']).optional(),
    /** The phases that the inputs come from; any phase may hold some when left out. */
    phases: z.array(z.string().regex(/^[A-Za-z0-9_][A-Za-z0-9._-]*$/)).optional(),
  }),
  ({ name, inputs, reloads = '-', onChange, phases = [] }) => ({
    call: ['service', unitFileName(name), inputs, reloads, onChange ?? 'restart', ...phases],
    asks: { units: [unitFileName(name)] },
  }),
);
