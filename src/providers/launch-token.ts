import { createHash } from 'node:crypto';

/**
 * The idempotency token of a launch: the same machines asked for again have the same token, so a repeated call
 * never launches twice. 64 characters, as many as EC2 allows.
 * @see https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 */
export function launchToken(wish: {
  readonly uid: string;
  readonly ordinals: readonly number[];
  readonly incarnation: number;
  /** Which of several alternatives (type, zone, market) is asked for. */
  readonly pool: string;
}): string {
  const text = JSON.stringify([wish.uid, wish.ordinals, wish.incarnation, wish.pool]);
  return createHash('sha256').update(text).digest('hex');
}
