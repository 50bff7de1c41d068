import { type DeployerError, NodesFailed, SourceError, toDeployerError } from '../errors.ts';
import { type Palette, palette } from './palette.ts';

/** How to write an error. */
export interface ErrorStyle {
  readonly color: boolean;
  /** Adds the error's code and the whole chain of causes with their stacks. */
  readonly debug: boolean;
}

/** What to tell the user about an error: its message, what the place it came from said, and what to do next. */
export function formatError(error: unknown, { color, debug }: ErrorStyle): string {
  const paint = palette(color);
  const known = toDeployerError(error);
  const lines = [`${paint.bad('error:')} ${known.message}`, ...formatRest(known, paint)];
  if (debug) lines.push('', `code: ${known.code}`, ...formatStacks(error));
  return lines.join('\n');
}

function formatRest(error: DeployerError, paint: Palette): string[] {
  if (error instanceof NodesFailed) {
    return [...groupFailures(error, paint), ...formatHint(error, paint)];
  }
  return [...formatExcerpt(error, paint), ...formatHint(error, paint)];
}

function formatExcerpt({ excerpt }: DeployerError, paint: Palette): string[] {
  if (excerpt === undefined || excerpt.trim() === '') return [];
  return excerpt
    .trimEnd()
    .split('\n')
    .map((line) => paint.faint(`  │ ${line}`));
}

function formatHint({ hint }: DeployerError, paint: Palette): string[] {
  return hint === undefined ? [] : hint.split('\n').map((line) => paint.strong(`  ${line}`));
}

/** Equal errors once, under the names of all their nodes. */
function groupFailures({ failures }: NodesFailed, paint: Palette): string[] {
  const groups = new Map<string, { nodes: string[]; lines: string[] }>();
  for (const { node, error } of failures) {
    const lines = [error.message, ...formatRest(error, paint)].map((line) => `    ${line}`);
    // What differs only in whose it is stands once: the node's name, its address, its console.
    const key = `${error.code}\n${error.message}\n${error.hint ?? ''}`
      .replaceAll(node, '')
      .replace(/\d+\.\d+\.\d+\.\d+/g, '');
    const group = groups.get(key) ?? { nodes: [], lines };
    group.nodes.push(node);
    groups.set(key, group);
  }
  return [...groups.values()].flatMap(({ nodes, lines }) => [
    `  ${paint.strong(nodes.join(', '))}`,
    ...lines,
  ]);
}

function formatStacks(error: unknown): string[] {
  const lines: string[] = [];
  for (let next = error, depth = 0; next !== undefined && depth < 10; depth++) {
    lines.push(depth === 0 ? '' : 'caused by:');
    lines.push(next instanceof Error ? (next.stack ?? next.message) : String(next));
    next = next instanceof Error ? next.cause : undefined;
  }
  return lines;
}

/** An error as plain data, for `--json`; fields that it does not have are left out. */
export function errorToData(error: unknown): Record<string, unknown> {
  const known = toDeployerError(error);
  const { code, message, hint, excerpt } = known;
  return {
    code,
    message,
    ...(hint !== undefined && { hint }),
    ...(excerpt !== undefined && { excerpt }),
    ...(known instanceof SourceError && { problems: known.problems }),
    ...(known instanceof NodesFailed && {
      nodes: known.failures.map((failure) => ({
        node: failure.node,
        error: errorToData(failure.error),
      })),
    }),
  };
}
