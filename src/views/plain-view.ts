import type { Clock } from '../clock.ts';
import type { DeployerEvent } from '../events.ts';
import { formatNotice } from './format-notice.ts';
import { type Palette, palette } from './palette.ts';
import { formatPhaseRow } from './phase-row.ts';
import { type PhaseTracker, trackPhases } from './phase-tracker.ts';
import { printableLine } from './printable-line.ts';
import type { TextOutput, View } from './view.ts';

/** After how much silence a log is told what is being done. */
const quietMs = 5_000;

/** A view for logs and simple terminals: lines that are written once and never changed. */
export function plainView(options: {
  readonly output: TextOutput;
  readonly color: boolean;
  readonly clock: Clock;
}): View {
  const { output, color, clock } = options;
  const phases = trackPhases(clock);
  let toldMs = clock.monotonicMs();
  return {
    handle(event) {
      phases.handle(event);
      const nowMs = clock.monotonicMs();
      // A log needs to know that it goes on, not every step of every node.
      if (event.type === 'phase-progress' && nowMs - toldMs < quietMs) return;
      for (const line of describe(event, phases, palette(color))) {
        toldMs = nowMs;
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
      return [`  ${subject}: ${printableLine(event.text)}`];
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
