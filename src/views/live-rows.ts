import {
  Listr,
  ListrLogger,
  type ListrTask,
  ListrDefaultRendererLogLevels as Mark,
  ProcessOutput,
} from 'listr2';
import { truncate } from './display-width.ts';
import type { Palette } from './palette.ts';

/** One row, under way until it is ended. */
export interface LiveRow {
  show(text: string): void;
  end(text: string, ok: boolean): void;
}

/** Rows at the foot of a terminal, redrawn in place. */
export interface LiveRows {
  open(text: string): LiveRow;
  /** Adds lines that stay as they are. */
  note(text: string): void;
  /** Ends rows still open as failed, draws a last time and gives the terminal back. */
  close(): Promise<void>;
}

/** Columns that listr2 puts its mark into (it counts `✔` as two and a space), and two that it keeps free. */
const marginColumns = 5;
const usualColumns = 80;

/**
 * Rows drawn by listr2 on `screen`. While they are drawn, what others write to the screen appears after the rows;
 * should drawing fail, nothing is drawn and nobody is told: a view cannot fail a run.
 */
export function liveRows(screen: NodeJS.WriteStream, paint: Palette): LiveRows {
  const queue = taskQueue();
  const rows: DrawnRow[] = [];
  let drawing: Promise<unknown> | undefined;
  let showCursor = () => {};

  const add = (task: ListrTask) => {
    queue.push(task);
    if (drawing !== undefined) return;
    showCursor = showCursorAtExit(screen);
    drawing = drawList(queue, screen, paint).catch(() => undefined);
  };

  return {
    open(text) {
      const row = drawnRow(text, (each) => truncate(each, columnsOf(screen) - marginColumns));
      rows.push(row);
      add(row.task);
      return row;
    },
    note(text) {
      if (drawing === undefined) screen.write(`${text}\n`);
      else add({ title: text, task: (_, task) => task.skip(text) });
    },
    async close() {
      for (const row of rows) row.abandon();
      queue.close();
      await drawing;
      showCursor();
    },
  };
}

interface DrawnRow extends LiveRow {
  readonly task: ListrTask;
  /** Ends the row as failed unless it has ended. */
  abandon(): void;
}

function drawnRow(first: string, cut: (text: string) => string): DrawnRow {
  let text = first;
  let drawn: { title: string } | undefined;
  let settle: (ok: boolean) => void = () => {};
  const outcome = new Promise<boolean>((resolve) => {
    settle = resolve;
  });
  const show = (next: string) => {
    text = next;
    if (drawn !== undefined) drawn.title = cut(text);
  };
  return {
    show,
    end(last, ok) {
      show(last);
      settle(ok);
    },
    abandon: () => settle(false),
    task: {
      title: cut(first),
      task: async (_, task) => {
        drawn = task;
        show(text);
        if (!(await outcome)) throw new Error(text);
      },
    },
  };
}

interface TaskQueue {
  push(task: ListrTask): void;
  close(): void;
  /** Resolves with the tasks pushed since the last call, at least one; with none when the queue is closed. */
  next(): Promise<ListrTask[]>;
}

function taskQueue(): TaskQueue {
  const waiting: ListrTask[] = [];
  let closed = false;
  let wake = () => {};
  return {
    push(task) {
      waiting.push(task);
      wake();
    },
    close() {
      closed = true;
      wake();
    },
    async next() {
      if (waiting.length === 0 && !closed) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
      return waiting.splice(0);
    },
  };
}

/**
 * listr2 wants all tasks before it begins, while rows come one by one: each list ends with a nameless task that waits
 * for more rows and then becomes the next list.
 */
function moreRows(queue: TaskQueue): ListrTask {
  return {
    task: async (_, task) => {
      const next = await queue.next();
      if (next.length === 0) return undefined;
      return task.newListr([...next, moreRows(queue)], { concurrent: true });
    },
  };
}

async function drawList(
  queue: TaskQueue,
  screen: NodeJS.WriteStream,
  paint: Palette,
): Promise<void> {
  const rendererOptions = {
    logger: new ListrLogger<Mark>({
      processOutput: new ProcessOutput(screen, screen, { leaveEmptyLine: false }),
    }),
    showErrorMessage: false,
    icon: { [Mark.SKIPPED_WITH_COLLAPSE]: '·' },
    color: {
      [Mark.PENDING]: (text = '') => paint.warn(text),
      [Mark.COMPLETED]: (text = '') => paint.good(text),
      [Mark.FAILED]: (text = '') => paint.bad(text),
      [Mark.SKIPPED_WITH_COLLAPSE]: (text = '') => paint.faint(text),
    },
  };
  await new Listr([moreRows(queue)], {
    concurrent: true,
    exitOnError: false,
    // listr2 would end the process in the middle of a clean-up.
    registerSignalListeners: false,
    // It looks at stdout to see whether there is a terminal; ours is on `screen`.
    renderer: 'default',
    rendererOptions,
    fallbackRenderer: 'default',
    fallbackRendererOptions: rendererOptions,
  }).run();
}

/** The width to fit rows into: listr2 wraps at the width of stdout, whatever it draws on. */
function columnsOf(screen: NodeJS.WriteStream): number {
  return Math.min(screen.columns ?? usualColumns, process.stdout.columns ?? usualColumns);
}

/** Shows the cursor even if the process ends while rows are drawn; calling the answer ends that. */
function showCursorAtExit(screen: NodeJS.WriteStream): () => void {
  const write = screen.write.bind(screen);
  const show = () => {
    write('\u001b[?25h');
  };
  process.once('exit', show);
  return () => process.off('exit', show);
}
