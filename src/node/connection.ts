/** What this room needs of a connection to a node: run one command line there. */
export interface NodeConnection {
  /** The node's name, for messages. */
  readonly node: string;
  /** Whether its login user becomes root only with sudo. */
  readonly needsSudo: boolean;
  /**
   * Resolves with any exit code once the command's streams are closed.
   * @throws {ConnectionLost} when the connection ended first; the next call connects anew.
   */
  exec(command: string, options?: NodeExecOptions): Promise<NodeExecResult>;
}

/**
 * What a command reads: all of it at once, or piece by piece as the node takes it. A sequence is left off when the
 * command ends before it does; when it throws, so does the call.
 */
export type NodeInput = Buffer | string | AsyncIterable<Buffer>;

/** How one command line is fed and listened to. */
export interface NodeExecOptions {
  readonly stdin?: NodeInput;
  onStdout?(chunk: Buffer): void;
  onStderr?(chunk: Buffer): void;
  readonly signal?: AbortSignal;
  /** Also keep the output for the result; true unless said otherwise. */
  readonly collect?: boolean;
}

/** How one command line ended. */
export interface NodeExecResult {
  readonly code: number | null;
  readonly signal: string | null;
  readonly stdout: Buffer;
  readonly stderr: Buffer;
}
