import type { Duplex } from 'node:stream';

/**
 * One SSH connection to one node, kept for the whole run.
 *
 * After a {@link ConnectionLost} the next call connects anew, with the same check of the host key; when the node
 * cannot be reached again that call throws what `connect` would have thrown.
 */
export interface Remote {
  /** The node's name, for messages. */
  readonly node: string;
  /** Whether its login user becomes root only with sudo. */
  readonly needsSudo: boolean;
  /**
   * What the command answered, whatever its exit code. At most eight commands run at a time on a node; more wait.
   *
   * @throws {ConnectionLost} when the connection ended first; `mayHaveRun` says whether the command may have run.
   * @throws The signal's reason when it aborts, and what a sequence for its input throws; what the command had started
   * on the node may go on there.
   */
  exec(command: string, options?: ExecOptions): Promise<ExecResult>;
  /**
   * An open TCP connection from the node to `host` (the node itself unless said otherwise); the caller destroys it.
   *
   * @throws {DeployerError} code `connection-refused` when the node could not connect there.
   * @throws {ConnectionLost} when the connection to the node ended first.
   */
  openTcp(port: number, host?: string): Promise<Duplex>;
  /**
   * Never resolves: for whoever has nothing to ask but wants to hear when the connection ends.
   *
   * @throws {ConnectionLost} when it ended, by itself or because it was closed.
   * @throws The signal's reason when it aborts.
   */
  untilLost(signal: AbortSignal): Promise<never>;
  /** Ends the connection and every command and channel on it; later calls fail. May be called again. */
  close(): Promise<void>;
}

/** How a command is run. */
export interface ExecOptions {
  /**
   * What the command reads; it sees the end of its input at once when nothing is given. A sequence is asked for its
   * next piece when the node has taken the one before, and left off when the command ends first.
   */
  readonly stdin?: Buffer | string | AsyncIterable<Buffer>;
  readonly onStdout?: (chunk: Buffer) => void;
  readonly onStderr?: (chunk: Buffer) => void;
  /** Closes the command's channel and rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Whether the answer holds the output too; true unless said otherwise. */
  readonly collect?: boolean;
}

/** How a command ended: exactly one of `code` and `signal` (like `SIGKILL`) is not null. */
export interface ExecResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}
