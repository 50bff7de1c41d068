import { type AskOptions, ask } from './ask.ts';
import type { NodeConnection } from './connection.ts';
import { type Facts, freeMib } from './facts.ts';
import { factsOf } from './observe.ts';
import { hostScript } from './script.ts';

/** What a machine has of what nodes need. */
export interface Preflight {
  readonly facts: Facts;
  /** Free on the file systems of these folders. */
  readonly freeMib: { readonly root: number; readonly var: number };
  /** TCP ports on which something listens that others can reach, in order. */
  readonly ports: readonly number[];
  /** Programs that are needed and not there. */
  readonly missing: readonly string[];
  /** The first place that apt gets packages from; empty when it has none. */
  readonly aptSource: string;
  /** Why nothing comes from there; null when something does. */
  readonly aptProblem: string | null;
}

/** Looks at a machine before it is a node; nothing stays changed. @throws {DeployerError} as {@link ask} */
export async function preflight(node: NodeConnection, options: AskOptions): Promise<Preflight> {
  const frames = await ask(node, hostScript([['report_preflight']]), options);
  const said = new Map(
    frames.filter((frame) => frame.type === 'fact').map(({ key, text }) => [key, text]),
  );
  const text = (key: string) => said.get(key) ?? '';
  return {
    facts: factsOf(frames),
    freeMib: { root: freeMib(text('disk-root')), var: freeMib(text('disk-var')) },
    ports: words(text('ports'))
      .map((port) => Number.parseInt(port, 16))
      .toSorted((a, b) => a - b),
    missing: words(text('missing')),
    aptSource: text('apt-source'),
    aptProblem: said.get('apt-problem') ?? null,
  };
}

function words(text: string): readonly string[] {
  return text.split(' ').filter((word) => word !== '');
}
