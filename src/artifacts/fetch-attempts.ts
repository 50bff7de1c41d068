import type { Clock } from '../clock.ts';
import { DeployerError } from '../errors.ts';

/** A place has not got what was asked for, or cannot be reached; another may. Never leaves this room. */
export class NotHere extends Error {
  /** Whether asking again may help. */
  readonly isPassing: boolean;

  constructor(reason: string, isPassing: boolean) {
    super(reason);
    this.name = 'NotHere';
    this.isPassing = isPassing;
  }
}

const pausesMs = [250, 1_000, 3_000];

/**
 * What `attempt` gives, asked again after a pause where that may help. `attempt` is told how to say that it got
 * further, so that its tries are counted anew.
 * @throws {NotHere} when the place has not got it, or stays out of reach
 * @throws {DeployerError} as `attempt` does, at once; the signal's reason when it aborts
 */
export async function withAttempts<T>(
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
  attempt: (gotFurther: () => void) => Promise<T>,
): Promise<T> {
  for (let failed = 0; ; failed += 1) {
    try {
      return await attempt(() => {
        failed = -1;
      });
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof DeployerError) throw error;
      const reason = error instanceof NotHere ? error : new NotHere(describe(error), true);
      const pauseMs = pausesMs[Math.max(failed, 0)];
      if (!reason.isPassing || pauseMs === undefined) throw reason;
      await clock.sleep(pauseMs, signal);
    }
  }
}

/** @throws {NotHere} unless the status says that the content follows */
export function checkStatus(status: number): void {
  if (status >= 200 && status < 300) return;
  throw new NotHere(`HTTP status ${status}`, status === 408 || status === 429 || status >= 500);
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? `: ${error.cause.message}` : '';
  const text = error.message === '' && 'code' in error ? String(error.code) : error.message;
  return `${text}${cause}`;
}
