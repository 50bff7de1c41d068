import type { Step } from '../node/step-kinds.ts';

/** A step in a few words for a plan, like `file /etc/hosts`. */
export function stepTitle(step: Step): string {
  const { kind, what } = stepWords(step);
  return `${kind} ${what}`.trim();
}

/** The kind of a step, and what it is about: `file` and `/etc/hosts`. */
export function stepWords(step: Step): { readonly kind: string; readonly what: string } {
  const [kind = '', wish] = Object.entries(step)[0] ?? [];
  return { kind, what: subject(wish) };
}

function subject(wish: unknown): string {
  if (Array.isArray(wish)) return wish.join(' ');
  if (typeof wish !== 'object' || wish === null) return String(wish);
  const fields = new Map(Object.entries(wish));
  const [name, version] = [fields.get('name'), fields.get('version')];
  if (version !== undefined) return `${name} ${version} (${fields.get('source')})`;
  const number = fields.get('number');
  if (number !== undefined) return `${number}/${fields.get('protocol') ?? 'tcp'}`;
  const named =
    fields.get('path') ?? fields.get('name') ?? fields.get('names') ?? fields.get('run');
  if (named === undefined) return [...fields.keys()].join(' ');
  return Array.isArray(named) ? named.join(' ') : String(named);
}
