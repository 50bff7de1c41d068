import { Interrupted } from '../errors.ts';

/** Ctrl-C at a question, where the terminal sends no signal, as what it means; any other error as it is. */
export function asInterrupt(error: unknown): unknown {
  if (!(error instanceof Error) || error.name !== 'AbortError') return error;
  return new Interrupted('stopped by Ctrl-C', { cause: error });
}
