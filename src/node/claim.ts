import { z } from 'zod';
import { DeployerError } from '../errors.ts';
import { type AskOptions, ask } from './ask.ts';
import type { NodeConnection } from './connection.ts';
import type { Facts } from './facts.ts';
import { type NodeIdentity, parseIdentity } from './identity.ts';
import { factsOf } from './observe.ts';
import { hostScript } from './script.ts';

/** Where a machine that was there before its cluster keeps whose it is. */
const claimFile = '/var/lib/deployer/claim.json';

const count = z.int().min(1);

/** Which cluster a machine that was there before belongs to, and as which of its nodes. */
const ClaimSchema = z.object({
  version: z.literal(1),
  uid: z.string().min(1),
  cluster: z.string(),
  ordinal: count,
  incarnation: count,
  /** Idempotency token of the launch that claimed it. */
  token: z.string(),
  /** When, in milliseconds since the epoch. */
  at: z.number(),
});

/** See {@link ClaimSchema}. */
export type Claim = z.infer<typeof ClaimSchema>;

/** What a machine that was there before says of itself. */
export interface HostReport {
  readonly facts: Facts;
  /** Null when no cluster has claimed it. */
  readonly claim: Claim | null;
  /** Null when it works for none. */
  readonly identity: NodeIdentity | null;
}

/** What the machine says of itself; nothing is changed. @throws {DeployerError} as {@link ask}; `claim-damaged` */
export async function reportHost(node: NodeConnection, options: AskOptions): Promise<HostReport> {
  const frames = await ask(node, hostScript([['report_host']]), options);
  const found = frames.find((frame) => frame.type === 'identity');
  return {
    facts: factsOf(frames),
    claim: claimIn(node, frames),
    identity: found === undefined ? null : parseIdentity(found.text),
  };
}

/**
 * Claims the machine where nobody has, and gives the claim that holds then: durable, whole, and the same for everyone.
 * @throws {DeployerError} `claim-failed` when it can hold none; `claim-damaged`; as {@link ask}
 */
export async function claimHost(
  node: NodeConnection,
  claim: Claim,
  options: AskOptions,
): Promise<Claim> {
  const text = JSON.stringify(ClaimSchema.parse(claim));
  const frames = await ask(node, hostScript([['claim_host', text]]), options);
  const holds = claimIn(node, frames);
  if (holds !== null) return holds;
  throw new DeployerError('claim-failed', `${node.node}: ${claimFile} cannot be written`, {
    hint: 'Is its disk full, or mounted read-only?',
  });
}

function claimIn(
  { node }: NodeConnection,
  frames: readonly { readonly type: string; readonly text?: string }[],
): Claim | null {
  const text = frames.find(({ type }) => type === 'text')?.text ?? '';
  if (text === '') return null;
  try {
    return ClaimSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new DeployerError('claim-damaged', `${node}: ${claimFile} cannot be read`, {
      cause,
      excerpt: text,
      hint: 'It says which cluster uses the machine. Put it right, or remove it when none does.',
    });
  }
}
