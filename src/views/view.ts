import type { DeployerEvent } from '../events.ts';

/** One way of telling what happens. */
export interface View {
  /** Takes an event in; returns at once. */
  handle(event: DeployerEvent): void;
  /** Resolves when all is written and the stream is free for others; nothing is drawn afterwards. */
  close(): Promise<void>;
}

/** Where a view writes: a terminal, a pipe, or a test's own collector. */
export interface TextOutput {
  write(text: string): unknown;
}

/** A view that tells nothing. */
export const silentView: View = { handle: () => undefined, close: async () => undefined };
