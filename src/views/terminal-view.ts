import type { Clock } from '../clock.ts';
import { formatNotice } from './format-notice.ts';
import { type LiveRow, liveRows } from './live-rows.ts';
import { palette } from './palette.ts';
import { formatPhaseRow } from './phase-row.ts';
import { trackPhases } from './phase-tracker.ts';
import type { View } from './view.ts';

const redrawEveryMs = 100;

/** A view for people: one row a phase, counting while it is under way. The cursor is back after `close`. */
export function terminalView(options: {
  readonly screen: NodeJS.WriteStream;
  readonly color: boolean;
  readonly clock: Clock;
}): View {
  const { screen, color, clock } = options;
  const phases = trackPhases(clock);
  const rows = liveRows(screen, palette(color));
  const open = new Map<string, LiveRow>();
  const redraw = () => {
    for (const [phase, row] of open) {
      const now = phases.row(phase);
      if (now !== undefined) row.show(formatPhaseRow(now));
    }
  };
  const timer = setInterval(redraw, redrawEveryMs).unref();

  return {
    handle(event) {
      phases.handle(event);
      if (event.type === 'plan-made') rows.note(event.summary);
      if (event.type === 'notice') rows.note(formatNotice(event, palette(color)).join('\n'));
      if (event.type === 'phase-started') open.set(event.phase, rows.open(event.phase));
      if (event.type === 'phase-ended') {
        open.get(event.phase)?.end(formatPhaseRow(phases.end(event)), event.ok);
        open.delete(event.phase);
      }
    },
    async close() {
      clearInterval(timer);
      redraw();
      await rows.close();
    },
  };
}
