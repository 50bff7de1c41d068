/** What the process answers with when it ends; the same for every verb. */
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  drift: 3,
  locked: 4,
  crash: 70,
  interrupted: 130,
} as const;

/** One of the documented exit codes of the program. */
export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

/** What every error of the program may carry besides its message. */
export interface ErrorDetails {
  /** What the user can do next, as one or more plain sentences or commands. */
  readonly hint?: string;
  /** Why it happened, when another error is the reason. */
  readonly cause?: unknown;
  /** True when trying the very same thing again may succeed; only whoever throws knows. */
  readonly retryable?: boolean;
  /** Lines to show below the message as they are: a console's tail, a journal, a command's output. */
  readonly excerpt?: string;
}

/** An error whose message is meant for the user: what went wrong, and with `hint` what to do about it. */
export class DeployerError extends Error {
  /** Stable, kebab-case name of the kind of failure, for scripts and tests. */
  readonly code: string;
  readonly exitCode: ExitCode;
  readonly hint: string | undefined;
  readonly retryable: boolean;
  readonly excerpt: string | undefined;

  constructor(code: string, message: string, details: ErrorDetails & { exitCode?: ExitCode } = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.exitCode = details.exitCode ?? exitCodes.failed;
    this.hint = details.hint;
    this.retryable = details.retryable ?? false;
    this.excerpt = details.excerpt;
  }
}

/** The command line, a file or the configuration is wrong; nothing outside was touched. */
export class UsageError extends DeployerError {
  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(code, message, { ...details, exitCode: exitCodes.usage });
  }
}

/** Where in a text file something stands; line and column count from 1. */
export interface SourceLocation {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** One thing that is wrong in a file that the user wrote. */
export interface SourceProblem {
  readonly location: SourceLocation;
  readonly message: string;
  readonly hint?: string;
}

/** One or more things are wrong in files that the user wrote; all of them are listed, each with its place. */
export class SourceError extends UsageError {
  readonly problems: readonly SourceProblem[];

  constructor(problems: readonly SourceProblem[]) {
    super('invalid-source', problems.map(describeProblem).join('\n'));
    this.problems = problems;
  }
}

function describeProblem({ location, message, hint }: SourceProblem): string {
  const place = `${location.file}:${location.line}:${location.column}`;
  return hint === undefined ? `${place}: ${message}` : `${place}: ${message}\n  ${hint}`;
}

/** The connection to a node ended before the answer was complete. */
export class ConnectionLost extends DeployerError {
  /** False only when it is certain that nothing of the command ran. */
  readonly mayHaveRun: boolean;

  constructor(message: string, mayHaveRun: boolean, details: ErrorDetails = {}) {
    super('connection-lost', message, { retryable: true, ...details });
    this.mayHaveRun = mayHaveRun;
  }
}

/** Codes of the errors of a machine that gave no answer at all. */
export const neverAnswered: ReadonlySet<string> = new Set([
  'ssh-unreachable',
  'no-ssh-banner',
  'ssh-handshake-failed',
]);

/** Several nodes failed; every error is kept, and equal ones are shown once. */
export class NodesFailed extends DeployerError {
  readonly failures: readonly NodeFailure[];

  constructor(message: string, failures: readonly NodeFailure[], details: ErrorDetails = {}) {
    super('nodes-failed', message, details);
    this.failures = failures;
  }
}

/** What went wrong at one node. */
export interface NodeFailure {
  /** The node's name, like `zookeeper-default-2`. */
  readonly node: string;
  readonly error: DeployerError;
}

/** The user pressed Ctrl-C, or the process was told to end; what was under way is journalled. */
export class Interrupted extends DeployerError {
  constructor(message = 'interrupted', details: ErrorDetails = {}) {
    super('interrupted', message, { ...details, exitCode: exitCodes.interrupted });
  }
}

/** The error as a {@link DeployerError}: itself, or wrapped under `code` when something unforeseen was thrown. */
export function toDeployerError(error: unknown, code = 'unexpected'): DeployerError {
  if (error instanceof DeployerError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new DeployerError(code, message, { cause: error });
}
