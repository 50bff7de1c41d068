import { z } from 'zod';

/** Where a node keeps who it is. */
export const identityFile = '/var/lib/deployer/node.json';

const count = z.number().int().min(1);

/** Who a node is, and with it the whole member table: enough to rebuild the cluster's state from any one node. */
export const NodeIdentitySchema = z.object({
  version: z.literal(1),
  uid: z.string(),
  cluster: z.string(),
  recipe: z.string(),
  profile: z.string(),
  ordinal: count,
  incarnation: count,
  members: z.array(
    z.object({ ordinal: count, incarnation: count, name: z.string(), address: z.string() }),
  ),
  /** Recorded values of the cluster, by name. */
  recorded: z.record(z.string(), z.json()),
  /** The last applied request. */
  request: z.json(),
});

/** Who a node is; see {@link NodeIdentitySchema}. */
export type NodeIdentity = z.infer<typeof NodeIdentitySchema>;

/** The identity as it lies on the node: one line. */
export function identityText(identity: NodeIdentity): string {
  return `${JSON.stringify(NodeIdentitySchema.parse(identity))}\n`;
}

/** The identity that a node's file holds, or null when the file is not one (empty, edited, of another version). */
export function parseIdentity(text: string): NodeIdentity | null {
  try {
    return NodeIdentitySchema.parse(JSON.parse(text));
  } catch {
    return null;
  }
}
