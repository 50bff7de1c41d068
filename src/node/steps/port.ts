import { isIPv4 } from 'node:net';
import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';
import { UnitNameSchema, unitFileName } from '../values.ts';

/** An address may stand for one that is not known yet. */
const AddressSchema = z
  .string()
  .refine((text) => isIPv4(text) || /^‹.*›$/.test(text), 'must be an IPv4 address');

/**
 * A port that nobody but this service listens on, so that it can. Who else does is named before the service is touched:
 * often something that the system brought along, such as a name server on port 53.
 */
export const portStep = defineStepKind(
  z.strictObject({
    number: z.int().min(1).max(65_535),
    protocol: z.enum(['tcp', 'udp']).optional(),
    /** Where the service listens; on every address of the node when left out. */
    addresses: z.array(AddressSchema).min(1).optional(),
    service: UnitNameSchema,
  }),
  ({ number, protocol = 'tcp', addresses = ['0.0.0.0'], service }) => ({
    call: ['port', protocol, String(number), unitFileName(service), ...addresses],
  }),
);
