import { accountNumber } from '../zones.ts';
import type { Action } from './action.ts';

/** Who the caller is, as STS tells it. */
export const getCallerIdentity: Action = async ({ account }) => {
  const number = accountNumber(account);
  return { Arn: `arn:aws:iam::${number}:user/deployer`, UserId: account, Account: number };
};
