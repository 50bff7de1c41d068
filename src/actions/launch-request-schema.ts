import { z } from 'zod';
import type { LaunchRequest } from '../providers/provider.ts';

/** A launch as the journal has it. */
export const LaunchRequestSchema = z.object({
  cluster: z.object({ uid: z.string(), name: z.string() }),
  token: z.string(),
  incarnation: z.number(),
  ordinals: z.array(z.number()),
  atLeastOne: z.boolean(),
  imageId: z.string(),
  pool: z.object({
    instanceType: z.string(),
    zone: z.string().nullable(),
    market: z.enum(['on-demand', 'spot']),
  }),
  keyName: z.string(),
  operatorKeys: z.array(z.string()),
  loginKey: z.string().nullable(),
  groupIds: z.array(z.string()),
  subnetId: z.string().nullable(),
  publicAddress: z.boolean().nullable(),
  disks: z.array(
    z.object({
      device: z.string().nullable(),
      gib: z.number(),
      type: z.string().nullable(),
      encrypted: z.boolean().nullable(),
    }),
  ),
  instanceProfile: z.string().nullable(),
  protect: z.boolean(),
  hostKey: z.string().nullable(),
}) satisfies z.ZodType<LaunchRequest>;
