import { setMaxListeners } from 'node:events';
import { exitCodes, Interrupted } from '../errors.ts';
import type { Emit } from '../events.ts';

/** The signals by which a process is told to end. */
export const stopSignals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** What the signals act on; the process, or a stand-in for it. */
export interface StoppableProcess {
  on(signal: NodeJS.Signals, listener: (signal: NodeJS.Signals) => void): unknown;
  exit(code: number): void;
}

/**
 * A signal that aborts when the process is told to end. The first time says what happens now and lets the work come to
 * its end, the second ends the process at once; neither loses anything, as every effect is recorded before it is sent.
 */
export function stopSignal(
  process: StoppableProcess,
  audience: { readonly current: Emit | null },
): AbortSignal {
  const controller = new AbortController();
  // Every node and every probe listens.
  setMaxListeners(0, controller.signal);
  const stop = (signal: NodeJS.Signals) => {
    if (controller.signal.aborted) {
      process.exit(exitCodes.interrupted);
      return;
    }
    audience.current?.({
      type: 'notice',
      level: 'warning',
      message: 'stopping: nothing new is begun; nodes finish by themselves what they were given',
      hint: 'once more ends at once; the same command goes on from there',
    });
    controller.abort(
      new Interrupted(`stopped by ${signal}`, { hint: 'run the same command again to go on' }),
    );
  };
  for (const signal of stopSignals) process.on(signal, stop);
  return controller.signal;
}
