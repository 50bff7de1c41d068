import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';
import { UnitNameSchema, unitFileName } from '../values.ts';

/**
 * A service that is enabled, runs, and was started by a service step with exactly these inputs. The node keeps
 * {inputs, systemd's InvocationID} of the last start; a difference in either asks for `onChange`, so neither a crash
 * between a new file and the restart nor a restart by somebody else is lost.
 */
export const serviceStep = defineStepKind(
  z.strictObject({
    name: UnitNameSchema,
    /** Hash over everything that the service reads at its start. */
    inputs: z.string().regex(/^[A-Za-z0-9:_][A-Za-z0-9:_-]{0,127}$/, 'must be a hash'),
    /** What a running service with other inputs gets; `restart` unless said otherwise. */
    onChange: z.enum(['restart', 'reload', 'none']).optional(),
  }),
  ({ name, inputs, onChange }) => ({
    call: ['service', unitFileName(name), inputs, onChange ?? 'restart'],
    asks: { units: [unitFileName(name)] },
  }),
);
