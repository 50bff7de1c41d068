/** How urgent a notice is. */
export type NoticeLevel = 'info' | 'warning';

/** What a step on a node ended with; see the node protocol in `src/node`. */
export type StepStatus = 'ok' | 'changed' | 'would-change' | 'failed' | 'host-owned';

/**
 * Everything the core tells the outside while it works. Data only: the journal, the terminal, plain lines and
 * `--events` are views of these. Durations are in milliseconds; `node` is a node's name like `zookeeper-default-2`.
 */
export type DeployerEvent =
  | {
      readonly type: 'run-started';
      readonly run: string;
      readonly operation: string;
      readonly cluster: string;
    }
  | {
      readonly type: 'plan-made';
      readonly cluster: string;
      readonly summary: string;
      /** Every phase that may be told of from now on. */
      readonly phases: readonly string[];
    }
  | {
      readonly type: 'notice';
      readonly level: NoticeLevel;
      readonly message: string;
      readonly hint?: string;
    }
  | { readonly type: 'phase-started'; readonly phase: string; readonly nodes: readonly string[] }
  /** Something worth a line under a phase that is under way, such as `waiting for ssh`. */
  | {
      readonly type: 'phase-progress';
      readonly phase: string;
      readonly node?: string;
      readonly text: string;
    }
  | {
      readonly type: 'step-ended';
      readonly phase: string;
      readonly node: string;
      readonly step: string;
      readonly status: StepStatus;
      readonly ms: number;
      readonly detail: string;
    }
  | {
      readonly type: 'node-phase-ended';
      readonly phase: string;
      readonly node: string;
      readonly ok: boolean;
      readonly ms: number;
      readonly detail?: string;
    }
  | {
      readonly type: 'phase-ended';
      readonly phase: string;
      readonly ok: boolean;
      readonly done: number;
      readonly total: number;
      readonly ms: number;
      readonly detail: string;
    }
  | {
      readonly type: 'proof-ended';
      readonly about: string;
      readonly class: 'read' | 'write' | 'disruptive';
      readonly ok: boolean;
      readonly ms: number;
      readonly detail: string;
    }
  /** One line that a command on a node wrote, as it came: `execute` and `logs`. */
  | {
      readonly type: 'node-output';
      readonly node: string;
      readonly stream: 'stdout' | 'stderr';
      readonly line: string;
    }
  | {
      readonly type: 'run-ended';
      readonly run: string;
      readonly ok: boolean;
      readonly ms: number;
    };

/** How the core tells what happens; never throws and never delays. */
export type Emit = (event: DeployerEvent) => void;
