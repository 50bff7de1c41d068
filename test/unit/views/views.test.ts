import { describe, expect, it } from 'vitest';
import type { DeployerEvent } from '../../../src/events.ts';
import { broadcast } from '../../../src/views/broadcast.ts';
import { displayWidth } from '../../../src/views/display-width.ts';
import { eventsView } from '../../../src/views/events-view.ts';
import { nodeOutputView } from '../../../src/views/node-output-view.ts';
import { plainView } from '../../../src/views/plain-view.ts';
import { terminalView } from '../../../src/views/terminal-view.ts';
import { silentView, type View } from '../../../src/views/view.ts';
import { failed, proven } from './scenarios.ts';
import { stoppedClock as clock, fakeScreen } from './screen.ts';

async function show(view: View, events: readonly DeployerEvent[]): Promise<void> {
  for (const event of events) view.handle(event);
  await view.close();
}

async function onTerminal(columns: number, events: readonly DeployerEvent[]): Promise<string> {
  const { screen, visible } = fakeScreen(columns);
  await show(terminalView({ screen, color: false, clock }), events);
  return visible();
}

function collector() {
  const chunks: string[] = [];
  return { write: (text: string) => chunks.push(text), text: () => chunks.join('') };
}

describe('the terminal view', () => {
  it('ends with one row a phase, counters and times in columns', async () => {
    expect(await onTerminal(80, proven)).toMatchSnapshot();
  });

  it('marks what failed and what was not finished', async () => {
    expect(await onTerminal(80, failed)).toMatchSnapshot();
  });

  it('cuts rows to fit a narrow terminal, so that none wraps', async () => {
    const rows = (await onTerminal(40, proven)).split('\n').filter((line) => /\d\/\d/.test(line));

    expect(rows).toHaveLength(4);
    for (const row of rows) expect(displayWidth(row)).toBeLessThanOrEqual(40);
    expect(rows).toMatchSnapshot();
  });

  it('hides the cursor while it draws and gives it back', async () => {
    const { screen, written } = fakeScreen(80);
    const listeners = process.listenerCount('exit');
    await show(terminalView({ screen, color: false, clock }), proven);

    const [hidden, shown] = ['\u001b[?25l', '\u001b[?25h'].map((code) =>
      written().lastIndexOf(code),
    );
    expect(hidden).toBeGreaterThan(-1);
    expect(shown).toBeGreaterThan(hidden ?? 0);
    expect(process.listenerCount('exit')).toBe(listeners);
  });

  it('takes no signal for itself', async () => {
    const before = process.listeners('SIGINT');
    const { screen } = fakeScreen(80);
    const view = terminalView({ screen, color: false, clock });
    view.handle({ type: 'phase-started', phase: 'launch', nodes: [] });

    expect(process.listeners('SIGINT')).toEqual(before);
    await view.close();
  });

  it('draws nothing for a run without phases', async () => {
    const { screen, written } = fakeScreen(80);
    const notice: DeployerEvent = { type: 'notice', level: 'info', message: 'all is well' };
    await show(terminalView({ screen, color: false, clock }), [notice]);

    expect(written()).toBe('all is well\n');
  });
});

describe('the plain view', () => {
  it.each([
    ['proven', proven],
    ['failed', failed],
  ])('writes lines that stay: %s', async (_, events) => {
    const output = collector();
    await show(plainView({ output, color: false, clock }), events);

    expect(output.text()).toMatchSnapshot();
  });

  it('colours marks where it may', async () => {
    const output = collector();
    await show(plainView({ output, color: true, clock }), failed);

    expect(output.text()).toContain('\u001b[32m✔\u001b[39m launch');
    expect(output.text()).toContain('\u001b[31m✖\u001b[39m install');
  });
});

describe('the events view', () => {
  it('writes every event as one line of JSON', async () => {
    const output = collector();
    await show(eventsView(output), proven);

    expect(
      output
        .text()
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(proven);
  });
});

describe('the silent view', () => {
  it('can be closed', async () => {
    await expect(show(silentView, proven)).resolves.toBeUndefined();
  });
});

describe('the view of what nodes write', () => {
  it('names the node on each line and keeps the two streams apart', async () => {
    const [output, errors] = [collector(), collector()];
    const line = (stream: 'stdout' | 'stderr'): DeployerEvent => {
      return { type: 'node-output', node: 'z-1', stream, line: `to ${stream}` };
    };
    const events = [...proven, line('stdout'), line('stderr')];
    await show(nodeOutputView({ output, errors, color: false }), events);

    expect(output.text()).toBe('z-1  to stdout\n');
    expect(errors.text()).toBe('z-1  to stderr\n');
  });
});

describe('several views', () => {
  it('all get every event, whatever another one does', async () => {
    const broken: View = {
      handle: () => {
        throw new Error('broken');
      },
      close: () => Promise.reject(new Error('still broken')),
    };
    const output = collector();
    await show(broadcast([broken, eventsView(output)]), proven);

    expect(output.text().trim().split('\n')).toHaveLength(proven.length);
  });

  it('a view that has failed is not asked again', () => {
    let asked = 0;
    const broken: View = {
      ...silentView,
      handle: () => {
        asked += 1;
        throw new Error('broken');
      },
    };
    const view = broadcast([broken]);
    for (const event of proven) view.handle(event);

    expect(asked).toBe(1);
  });
});
