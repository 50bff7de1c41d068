import { z } from 'zod';

/** Where on the node a probe connects to. */
export const portSettings = {
  port: z.int().min(1).max(65_535).describe('port to connect to'),
  host: z
    .string()
    .min(1)
    .optional()
    .describe('address to connect to, from the node; 127.0.0.1 when left out'),
};
