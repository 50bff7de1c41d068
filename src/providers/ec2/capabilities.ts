import { z } from 'zod';

/** What an EC2-compatible cloud can do of that in which they differ; every difference between clouds goes by this table. */
export const CapabilitiesSchema = z.strictObject({
  /** Tags are on a resource as soon as it exists. */
  tagOnCreate: z.boolean(),
  /** `DescribeInstanceStatus` tells how machines fare. */
  statusChecks: z.boolean(),
  /** Public keys of this kind can be imported. */
  ed25519Import: z.boolean(),
  /** Machines can be made to answer about themselves only to who asks in the second version's way. */
  imdsV2: z.boolean(),
  /** The same launch with the same token never launches twice. */
  idempotencyToken: z.boolean(),
  /** Machines are had from the spot market. */
  spot: z.boolean(),
});

export type Capabilities = z.infer<typeof CapabilitiesSchema>;

/** AWS itself, and what behaves like it. */
export const complete: Capabilities = {
  tagOnCreate: true,
  statusChecks: true,
  ed25519Import: true,
  imdsV2: true,
  idempotencyToken: true,
  spot: true,
};

/** Whatever a cloud turns out to be, nothing is lost by taking it for this one. */
export const least: Capabilities = {
  tagOnCreate: false,
  statusChecks: false,
  ed25519Import: false,
  imdsV2: false,
  idempotencyToken: false,
  spot: false,
};
