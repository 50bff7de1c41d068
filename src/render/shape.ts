/** What a template may find under a name: the type of a scope, as data, so that every path can be checked up front. */
export type Shape =
  | { readonly kind: 'scalar' }
  /** Checked only when it is rendered: a value whose form is not known beforehand. */
  | { readonly kind: 'any' }
  | { readonly kind: 'list'; readonly of: Shape }
  | { readonly kind: 'object'; readonly fields: Readonly<Record<string, Shape>> };

/** One text, number, boolean or null. */
export const scalar: Shape = { kind: 'scalar' };

/** Anything; nothing below it is checked before it is rendered. */
export const anything: Shape = { kind: 'any' };

/** A list whose items all have the shape `of`. */
export function list(of: Shape): Shape {
  return { kind: 'list', of };
}

/** A map with exactly these names. */
export function object(fields: Readonly<Record<string, Shape>>): Shape {
  return { kind: 'object', fields };
}
