import { palette } from './palette.ts';
import type { TextOutput, View } from './view.ts';

/**
 * A view of what commands on nodes write, each line after its node's name: what they wrote to their stdout goes to
 * `output`, the rest to `errors`.
 */
export function nodeOutputView(options: {
  readonly output: TextOutput;
  readonly errors: TextOutput;
  readonly color: boolean;
}): View {
  const paint = palette(options.color);
  return {
    handle(event) {
      if (event.type !== 'node-output') return;
      const target = event.stream === 'stdout' ? options.output : options.errors;
      target.write(`${paint.strong(event.node)}  ${event.line}\n`);
    },
    close: async () => undefined,
  };
}
