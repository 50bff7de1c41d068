import type { Duplex } from 'node:stream';
import { orAbort } from '../remote/deadline.ts';
import type { Attempt } from './probe-kind.ts';

/** An open TCP connection from the node, destroyed if it comes only after the attempt's time is over. */
export async function openChannel(
  { remote, signal }: Pick<Attempt, 'remote' | 'signal'>,
  { port, host }: { readonly port: number; readonly host?: string | undefined },
): Promise<Duplex> {
  const opening = remote.openTcp(port, host);
  try {
    return await orAbort(opening, signal);
  } catch (error) {
    opening.then(
      (channel) => channel.destroy(),
      () => {},
    );
    throw error;
  }
}
