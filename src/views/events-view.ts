import type { TextOutput, View } from './view.ts';

/** A view for programs: every event as one line of JSON (NDJSON). */
export function eventsView(output: TextOutput): View {
  return {
    handle: (event) => {
      output.write(`${JSON.stringify(event)}\n`);
    },
    close: async () => undefined,
  };
}
