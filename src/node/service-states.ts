import { type AskOptions, ask } from './ask.ts';
import type { NodeConnection } from './connection.ts';
import { questionScript } from './script.ts';
import { unitFileName } from './values.ts';

/** How a service on a node stands. */
export interface ServiceState {
  readonly name: string;
  /** systemd's word: `active`, `failed`, `inactive` …; `unknown` without systemd. */
  readonly active: string;
  /** systemd's id of the running invocation; empty when it never ran since boot. */
  readonly invocation: string;
  /** The inputs it was last started with by a service step; null when it never was. */
  readonly inputs: string | null;
}

/** The state of each named service, in the order asked. @throws {DeployerError} as {@link ask}. */
export async function serviceStates(
  node: NodeConnection,
  names: readonly string[],
  options: AskOptions,
): Promise<readonly ServiceState[]> {
  if (names.length === 0) return [];
  const script = questionScript(['report_services', ...names.map(unitFileName)]);
  const frames = await ask(node, script, options);
  const states = new Map(
    frames
      .filter((frame) => frame.type === 'service')
      .map(({ name, active, invocation, inputs }) => [name, { active, invocation, inputs }]),
  );
  const unknown = { active: 'unknown', invocation: '', inputs: null };
  return names.map((name) => ({ name, ...(states.get(unitFileName(name)) ?? unknown) }));
}
