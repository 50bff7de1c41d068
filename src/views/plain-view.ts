import type { Clock } from '../clock.ts';
import type { DeployerEvent } from '../events.ts';
import { formatNotice } from './format-notice.ts';
import { type Palette, palette } from './palette.ts';
import { formatPhaseRow } from './phase-row.ts';
import { type PhaseTracker, trackPhases } from './phase-tracker.ts';
import type { TextOutput, View } from './view.ts';

/** A view for logs and simple terminals: lines that are written once and never changed. */
export function plainView(options: {
  readonly output: TextOutput;
  readonly color: boolean;
  readonly clock: Clock;
}): View {
  const { output, color, clock } = options;
  const phases = trackPhases(clock);
  const said = new Map<string, string>();
  return {
    handle(event) {
      phases.handle(event);
      for (const line of describe(event, phases, palette(color))) {
        // Polling tells the same thing again and again; a log needs it once.
        const topic = 'node' in event ? `${event.type} ${event.node}` : event.type;
        if (event.type === 'phase-progress' && said.get(topic) === line) continue;
        said.set(topic, line);
        output.write(`${line}\n`);
      }
    },
    close: async () => undefined,
  };
}

function describe(event: DeployerEvent, phases: PhaseTracker, paint: Palette): readonly string[] {
  switch (event.type) {
    case 'plan-made':
      return [event.summary];
    case 'notice':
      return formatNotice(event, paint);
    case 'phase-started':
      return [`… ${event.phase}`];
    case 'phase-progress': {
      const subject = event.node === undefined ? event.phase : `${event.phase} ${event.node}`;
      return [`  ${subject}: ${event.text}`];
    }
    case 'step-ended':
      if (event.status !== 'failed') return [];
      return [paint.bad(`  ${event.phase} ${event.node}: ${event.step} failed: ${event.detail}`)];
    case 'phase-ended':
      return [
        `${event.ok ? paint.good('✔') : paint.bad('✖')} ${formatPhaseRow(phases.end(event))}`,
      ];
    default:
      return [];
  }
}
