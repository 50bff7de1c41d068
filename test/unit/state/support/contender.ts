import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';

/** What a contender answers when told to take the lock. */
interface Taking {
  readonly won: boolean;
  readonly tookOver?: boolean;
  readonly code?: string;
  readonly exitCode?: number;
  readonly message?: string;
}

/** A process that takes and releases the lock of `folder` as it is told. */
export interface Contender {
  readonly process: ChildProcess;
  take(): Promise<Taking>;
  release(): Promise<void>;
  /** Resolves when all are counted, or when it has died. */
  count(options: { counter: string; times: number; dies: boolean }): Promise<void>;
  kill(): Promise<void>;
}

/** Starts a contender, ready for orders; `module` is the compiled lock. */
export async function startContender(module: string, folder: string): Promise<Contender> {
  const script = join(import.meta.dirname, 'lock-contender.mjs');
  const child = fork(script, [module, folder], { execArgv: [] });
  let settle: (answer: unknown) => void = () => undefined;
  const answer = <T>() =>
    new Promise<T>((resolve) => {
      settle = (value) => resolve(value as T);
    });
  child.on('message', (message: { answer?: unknown }) => settle(message.answer));
  const exited = once(child, 'exit').then(() => settle(undefined));
  await answer();
  const tell = <T>(order: string, options?: unknown) => {
    const answered = answer<T>();
    child.send({ order, options });
    return answered;
  };
  return {
    process: child,
    take: () => tell('take'),
    release: () => tell('release'),
    count: (options) => tell('count', options),
    kill: async () => {
      child.kill('SIGKILL');
      await exited;
    },
  };
}
