import { formatChanges } from './format-changes.ts';
import { palette } from './palette.ts';

/** What is not as it was applied, and how to go on from it. */
export interface ShownDrift {
  readonly cluster: string;
  readonly drifted: boolean;
  readonly machines: readonly { readonly name: string; readonly detail: string }[];
  readonly nodes: readonly {
    readonly name: string;
    readonly items: readonly {
      readonly kind: string;
      readonly what: string;
      readonly detail: string;
      readonly diff: string | null;
    }[];
    readonly unknown: string | null;
  }[];
  /** The command lines that show and do what brings it back. */
  readonly next: { readonly look: string; readonly repair: string };
}

/** Drift for people: machines, then what differs on the nodes, `-` as it is there and `+` as it was applied. */
export function formatDrift(
  { cluster, drifted, machines, nodes, next }: ShownDrift,
  color: boolean,
): string[] {
  const paint = palette(color);
  const told = new Set(machines.map(({ name }) => name));
  const unknown = nodes.filter((node) => node.unknown !== null && !told.has(node.name));
  const changes = nodes.map(({ name, items }) => ({
    name,
    changes: items.map(({ kind, what, ...rest }) => ({ title: `${kind} ${what}`, ...rest })),
  }));
  return [
    headline(cluster, drifted, unknown.length),
    ...machines.map(({ name, detail }) => `${paint.bad(`! ${name}`)}  ${detail}`),
    ...unknown.map((node) => `${paint.warn(`? ${node.name}`)}  ${node.unknown}`),
    ...formatChanges(changes, paint),
    ...(drifted ? [`look      ${next.look}`, `repair    ${next.repair}`] : []),
  ];
}

function headline(cluster: string, drifted: boolean, unknown: number): string {
  if (drifted) return `${cluster} is not as it was applied`;
  if (unknown > 0) return `${cluster}: no drift where it could be seen`;
  return `${cluster} is as it was applied`;
}
