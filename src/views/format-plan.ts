import { formatChanges, type ShownChange } from './format-changes.ts';
import { shortName } from './node-names.ts';
import { type Palette, palette } from './palette.ts';

/** A plan, and how to go on from it. */
export interface ShownPlan {
  readonly summary: string;
  readonly machines: readonly {
    readonly name: string;
    readonly action: 'launch' | 'replace' | 'start';
    readonly reason: string;
  }[];
  readonly nodes: readonly ShownNode[];
  readonly order: readonly ShownStage[];
  readonly phases: readonly string[];
  readonly recorded: Readonly<Record<string, ShownRecord>>;
  readonly refusal: { readonly message: string; readonly hint: string | null } | null;
  readonly goal: number | null;
  /** The command line that carries it out. */
  readonly apply: string;
}

interface ShownRecord {
  readonly founders: readonly { readonly ordinal: number }[];
  readonly values: Readonly<Record<string, unknown>>;
  readonly nodes: Readonly<Record<string, unknown>>;
}

interface ShownNode {
  readonly name: string;
  readonly files: readonly {
    readonly path: string;
    readonly diff: string | null;
    readonly detail: string;
    readonly phase: string;
  }[];
  readonly packages: readonly { readonly name: string; readonly phase: string }[];
  readonly others: readonly {
    readonly title: string;
    readonly detail: string;
    readonly phase: string;
  }[];
  readonly restarts: readonly {
    readonly service: string;
    readonly action: string;
    readonly reason: string;
  }[];
  readonly unknown: string | null;
}

interface ShownStage {
  readonly service: string;
  readonly event: string;
  readonly nodes: readonly string[];
  readonly atOnce: number;
  readonly last: readonly string[];
}

const signs = { launch: '+', replace: '±', start: '▸' };

/** A plan for people: machines, changes, restarts in their order, and how it is applied. */
export function formatPlan(plan: ShownPlan, color: boolean): string[] {
  const paint = palette(color);
  const parts = [
    [plan.summary, ...plan.machines.map((machine) => formatMachine(machine, paint))],
    formatNodes(plan, paint),
    [...plan.order.map((stage) => formatStage(stage, plan.nodes)), ...formatRecorded(plan)],
    formatEnd(plan, paint),
  ].filter((part) => part.length > 0);
  return parts.flatMap((part, index) => (index === 0 ? part : ['', ...part]));
}

function formatMachine(
  { action, name, reason }: ShownPlan['machines'][number],
  paint: Palette,
): string {
  const line = `${signs[action]} ${action} ${name}`;
  return `${action === 'replace' ? paint.warn(line) : paint.good(line)}  ${paint.faint(reason)}`;
}

function formatNodes({ nodes, phases }: ShownPlan, paint: Palette): string[] {
  const unknown = nodes.flatMap(({ name, unknown: why }) =>
    why === null ? [] : [`${paint.warn(`? ${name}`)}  ${why}`],
  );
  const shown = nodes.map((node) => ({ name: node.name, changes: shownChanges(node, phases) }));
  return [...unknown, ...formatChanges(shown, paint)];
}

/** What changes on a node; in a cluster of several recipes phase by phase, which tell whose it is. */
function shownChanges(node: ShownNode, phases: readonly string[]): ShownChange[] {
  if (!phases.some((phase) => phase.includes('.'))) return changesOf(node);
  const width = Math.max(...phases.map(({ length }) => length));
  return phases.flatMap((phase) => {
    const isOwn = (part: { readonly phase: string }) => part.phase === phase;
    const packages = node.packages.filter(isOwn);
    const others = node.others.filter(isOwn);
    const own = changesOf({ packages, others, files: node.files.filter(isOwn) });
    return own.map((change) => ({ ...change, title: `${phase.padEnd(width)}  ${change.title}` }));
  });
}

function changesOf({
  packages,
  others,
  files,
}: Pick<ShownNode, 'packages' | 'others' | 'files'>): ShownChange[] {
  const names = [...new Set(packages.map(({ name }) => name))];
  const all = names.length === 0 ? [] : [`package ${names.join(' ')}`];
  return [
    ...all.map((title) => ({ title, detail: '', diff: null })),
    ...others.map(({ title, detail }) => ({ title, detail, diff: null })),
    ...files.map(({ path, diff, detail }) => ({ title: `file ${path}`, detail, diff })),
  ];
}

const eventWords: Readonly<Record<string, string>> = {
  first: 'form',
  repair: 'repair',
  replace: 'rejoin',
  join: 'join',
};

function formatStage(
  { service, event, nodes, atOnce, last }: ShownStage,
  all: readonly ShownNode[],
): string {
  const own = all
    .filter(({ name }) => nodes.includes(name))
    .flatMap(({ restarts }) => restarts.filter((restart) => restart.service === service));
  const actions = new Set(own.map(({ action }) => action));
  const word = eventWords[event] ?? [...actions].join(' or ');
  const reasons = new Set(own.map(({ reason }) => reason).filter((reason) => reason !== 'new'));
  return [`${word} ${service}`, formatTurns(nodes, atOnce, last), [...reasons].join('; ')]
    .filter((text) => text !== '')
    .join('  ');
}

/** Who takes turns, like `one by one: -1, -3, then -2 (last)`. */
function formatTurns(nodes: readonly string[], atOnce: number, last: readonly string[]): string {
  const names = (given: readonly string[]) => given.map(shortName).join(', ');
  if (nodes.length === 1) return names(nodes);
  if (atOnce >= nodes.length) return `all at once: ${names(nodes)}`;
  const early = nodes.filter((name) => !last.includes(name));
  const late = nodes.filter((name) => last.includes(name));
  const isSplit = early.length > 0 && late.length > 0;
  const order = isSplit ? `${names(early)}, then ${names(late)} (last)` : names(nodes);
  return `${atOnce === 1 ? 'one by one' : `${atOnce} at once`}: ${order}`;
}

function formatRecorded({ recorded }: ShownPlan): string[] {
  const records = Object.entries(recorded);
  return records.map(([recipe, { founders, values, nodes }]) => {
    const whose = records.length === 1 ? '' : `${recipe}: `;
    const members = founders.map(({ ordinal }) => `-${ordinal}`).join(', ');
    const others = [...Object.keys(values), ...Object.keys(nodes)];
    const names = others.filter((name) => name !== 'founders');
    return [`settled for good: ${whose}founders ${members}`, ...names].join('; ');
  });
}

function formatEnd(plan: ShownPlan, paint: Palette): string[] {
  const { refusal, goal, apply } = plan;
  if (refusal !== null) {
    const hint = refusal.hint?.split('\n') ?? [];
    const first = `${paint.bad('refused:')} ${refusal.message}`;
    return [first, ...hint.map((line) => paint.strong(`  ${line}`))];
  }
  if (isQuiet(plan)) return ['Nothing to change.'];
  const more = `This is the first round on the way to ${goal} nodes; the others follow by themselves.`;
  return [...(goal === null ? [] : [more]), `apply     ${apply}`];
}

function isQuiet({ machines, nodes, order }: ShownPlan): boolean {
  const hasNothing = (node: ShownNode) =>
    node.unknown === null && node.restarts.length === 0 && changesOf(node).length === 0;
  return machines.length === 0 && order.length === 0 && nodes.every(hasNothing);
}
