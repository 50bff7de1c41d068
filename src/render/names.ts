import { suggestion } from '../suggest.ts';
import { anything, type Shape, scalar } from './shape.ts';

/** What names mean at one place of a template. */
export interface Names {
  /** Contexts from the innermost outwards; each `../` goes one further. */
  readonly contexts: readonly Shape[];
  /** Names given by `as |item index|`. */
  readonly blockParams: ReadonlyMap<string, Shape>;
  /** Names that are written with @, here without it. */
  readonly data: ReadonlyMap<string, Shape>;
}

/** What a path leads to, or why it leads nowhere. */
export type Resolved =
  | Shape
  | { readonly kind: 'unknown'; readonly message: string; readonly hint: string };

/** What `path` means where `names` hold. */
export function resolvePath(path: hbs.AST.PathExpression, names: Names): Resolved {
  const [first] = path.parts;
  if (path.data) {
    const start = path.depth === 0 && first !== undefined ? names.data.get(first) : undefined;
    if (start === undefined) return unknownData(path, names);
    return descend(path, path.parts.slice(1), start, names);
  }
  const blockParam = isBare(path) && first !== undefined ? names.blockParams.get(first) : undefined;
  if (blockParam !== undefined) return descend(path, path.parts.slice(1), blockParam, names);
  const context = names.contexts[path.depth];
  if (context === undefined) {
    const hint = `there are ${names.contexts.length - 1} surrounding contexts here`;
    return { kind: 'unknown', message: `"${path.original}" climbs out of the template`, hint };
  }
  return descend(path, path.parts, context, names);
}

function descend(
  path: hbs.AST.PathExpression,
  parts: readonly string[],
  start: Shape,
  names: Names,
): Resolved {
  let shape = start;
  for (const [index, part] of parts.entries()) {
    const inner = member(shape, part);
    if (inner === undefined) return unknownPart(path, part, index, shape, names);
    shape = inner;
  }
  return shape;
}

function member(shape: Shape, part: string): Shape | undefined {
  switch (shape.kind) {
    case 'any':
      return anything;
    case 'list':
      return part === 'length' ? scalar : /^\d+$/.test(part) ? shape.of : undefined;
    case 'object':
      return Object.hasOwn(shape.fields, part) ? shape.fields[part] : undefined;
    case 'scalar':
      return undefined;
  }
}

function unknownPart(
  path: hbs.AST.PathExpression,
  part: string,
  index: number,
  shape: Shape,
  names: Names,
): Resolved {
  const message = `unknown variable "${path.original}"`;
  const outer = names.contexts.findIndex((each) => member(each, part) !== undefined);
  if (index === 0 && isBare(path) && outer > 0) {
    return {
      kind: 'unknown',
      message,
      hint: `did you mean "${'../'.repeat(outer)}${path.original}"?`,
    };
  }
  if (shape.kind === 'scalar') {
    return { kind: 'unknown', message, hint: `what stands before ".${part}" is a single value` };
  }
  if (shape.kind === 'list') {
    return { kind: 'unknown', message, hint: 'that is a list: go through it with {{#each}}' };
  }
  const known = shape.kind === 'object' ? Object.keys(shape.fields) : [];
  const visible = index === 0 ? [...known, ...names.blockParams.keys()] : known;
  return { kind: 'unknown', message, hint: suggestion(part, visible, 'known here') };
}

function unknownData(path: hbs.AST.PathExpression, names: Names): Resolved {
  const known = [...names.data.keys()].map((name) => `@${name}`);
  const message = `unknown variable "${path.original}"`;
  return { kind: 'unknown', message, hint: suggestion(path.original, known, 'known here') };
}

/** Whether the path begins with a name, not with `this.`, `./` or `../`. */
function isBare(path: hbs.AST.PathExpression): boolean {
  return path.depth === 0 && !path.data && !/^(this\b|\.)/.test(path.original);
}
