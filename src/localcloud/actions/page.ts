import { Ec2Fault } from '../fault.ts';
import { integerOf, type Params } from '../query.ts';

/**
 * The page of `all` that a request's `MaxResults` and `NextToken` ask for; `all` keeps its order between requests.
 * A token names how far the pages before it went.
 */
export function pageOf<T>(
  all: readonly T[],
  params: Params,
  bounds: readonly [number, number],
): { items: readonly T[]; nextToken: string | undefined } {
  const start = offsetOf(params.get('NextToken'));
  const size = integerOf(params, 'MaxResults', bounds) ?? all.length;
  const end = start + size;
  const nextToken = end < all.length ? Buffer.from(`from:${end}`).toString('base64url') : undefined;
  return { items: all.slice(start, end), nextToken };
}

function offsetOf(token: string | undefined): number {
  if (token === undefined || token === '') return 0;
  const offset = /^from:(\d{1,9})$/.exec(Buffer.from(token, 'base64url').toString())?.[1];
  if (offset === undefined) throw new Ec2Fault('InvalidNextToken', 'The token is not valid');
  return Number(offset);
}
