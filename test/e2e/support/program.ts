import { type ChildProcess, spawn } from 'node:child_process';
import { resolve } from 'node:path';
import { z } from 'zod';

const main = resolve(import.meta.dirname, '../../../dist/cli/main.js');

/** Longer than most takes; a program that hangs is killed rather than waited for. */
const usualPatienceMs = 150_000;

/** How the program ended. */
export interface Outcome {
  /** Null when a signal ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The program while it runs. */
export interface Running {
  readonly pid: number;
  readonly ended: Promise<Outcome>;
  /** Resolves when what it has written to stderr matches; rejects when it ends without. */
  said(pattern: RegExp): Promise<void>;
  /** Signals the program with all that it started, as a terminal does at Ctrl-C; one that has ended is left alone. */
  signal(signal: NodeJS.Signals): void;
}

/** Where and how the program runs. */
export interface Surroundings {
  readonly cwd: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** How long it may take before it is killed, in milliseconds. */
  readonly patienceMs?: number;
}

/** The words of a command line that runs the built program. */
export function programWords(args: readonly string[]): readonly [string, ...string[]] {
  return [process.execPath, main, ...args];
}

/** Starts a command in a process group of its own. */
export function startCommand(
  [file, ...args]: readonly [string, ...string[]],
  { cwd, env, patienceMs }: Surroundings,
): Running {
  const child = spawn(file, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${file} was not started`);
  const signal = (name: NodeJS.Signals) => {
    if (child.exitCode === null && child.signalCode === null) process.kill(-pid, name);
  };
  const stderr = listen(child.stderr);
  const ended = outcomeOf(child, stderr, signal, patienceMs);
  return { pid, ended, signal, said: (pattern) => saying(pattern, stderr, child) };
}

/** Starts a command whose standard output is closed by its reader before anything is read. */
export async function runUnheard(
  [file, ...args]: readonly [string, ...string[]],
  { cwd, env }: Surroundings,
): Promise<Outcome> {
  const child = spawn(file, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  return outcomeOf(child, listen(child.stderr), (name) => child.kill(name));
}

interface Heard {
  text: string;
  readonly stream: NodeJS.EventEmitter | null;
}

function listen(stream: ChildProcess['stdout']): Heard {
  const heard: Heard = { text: '', stream };
  stream?.setEncoding('utf8').on('data', (chunk: string) => {
    heard.text += chunk;
  });
  return heard;
}

async function outcomeOf(
  child: ChildProcess,
  stderr: Heard,
  signal: (name: NodeJS.Signals) => void,
  patienceMs = usualPatienceMs,
): Promise<Outcome> {
  const stdout = listen(child.stdout?.destroyed === true ? null : child.stdout);
  const timer = setTimeout(() => signal('SIGKILL'), patienceMs);
  try {
    const code = await new Promise<number | null>((done, fail) => {
      child.on('error', fail);
      child.on('close', done);
    });
    return { code, stdout: stdout.text, stderr: stderr.text };
  } finally {
    clearTimeout(timer);
  }
}

function saying(pattern: RegExp, heard: Heard, child: ChildProcess): Promise<void> {
  return new Promise((done, fail) => {
    const look = () => {
      if (pattern.test(heard.text)) done();
    };
    look();
    heard.stream?.on('data', look);
    child.on('close', () => fail(new Error(`ended before saying ${pattern}:\n${heard.text}`)));
  });
}

const ProblemSchema = z.object({
  location: z.object({ file: z.string(), line: z.number(), column: z.number() }),
  message: z.string(),
  hint: z.string().optional(),
});

const plainError = {
  code: z.string(),
  message: z.string(),
  hint: z.string().optional(),
  excerpt: z.string().optional(),
  problems: z.array(ProblemSchema).optional(),
};

const ReportedErrorSchema = z.object({
  ...plainError,
  nodes: z.array(z.object({ node: z.string(), error: z.object(plainError) })).optional(),
});

/** An error as `--json` tells it. */
export type ReportedError = z.infer<typeof ReportedErrorSchema>;

/** The one object that a run with `--json` printed, once it is certain that there is nothing beside it. */
export function resultOf<Schema extends z.ZodType>(
  { stdout, stderr }: Outcome,
  schema: Schema,
): z.infer<Schema> {
  if (!/^\{.*\}\n$/.test(stdout)) throw new Error(`not one line of JSON: ${stdout}\n${stderr}`);
  return schema.parse(JSON.parse(stdout));
}

/** The error that a run with `--json` printed. */
export function errorOf(outcome: Outcome): ReportedError {
  return resultOf(outcome, z.object({ ok: z.literal(false), error: ReportedErrorSchema })).error;
}
