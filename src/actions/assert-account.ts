import type { Credentials } from '../config/profile.ts';
import { UsageError } from '../errors.ts';

/**
 * Makes sure that the credentials lead to the account that is meant.
 * @param pinned the account that the cluster was made in; null while that is not known
 * @throws {UsageError} `other-account` naming both accounts
 */
export function assertAccount(
  account: string | null,
  credentials: Credentials,
  pinned: string | null,
): void {
  const wished = credentials.kind === 'ec2' ? credentials.account : undefined;
  if (account === null) return;
  if (pinned !== null && account !== pinned) {
    throw otherAccount(account, `the cluster was made in ${pinned}`);
  }
  if (wished !== undefined && account !== wished) {
    throw otherAccount(account, `credentials "${credentials.name}" are for ${wished}`);
  }
}

function otherAccount(account: string, why: string): UsageError {
  return new UsageError('other-account', `these credentials are of account ${account}: ${why}`, {
    hint: 'Use the credentials of that account, or a profile of another name for this one.',
  });
}
