import { z } from 'zod';
import { isMap, ownEntry } from '../yaml/value-at.ts';

/** One item of a list: a text, a number, or a map of what its fields are declared as. */
export type ParamItem = string | number | { readonly [field: string]: ParamValue };

/** A value of a parameter. */
export type ParamValue = string | number | boolean | readonly ParamItem[];

/** What decides which values a parameter takes. */
export interface ValueRule {
  readonly type: 'integer' | 'number' | 'string' | 'boolean' | 'list';
  readonly default?: ParamValue | undefined;
  readonly min?: number | undefined;
  readonly max?: number | undefined;
  readonly pattern?: string | undefined;
  readonly enum?: readonly (string | number)[] | undefined;
  /** For a list of maps: the rule of each field. */
  readonly fields?: Readonly<Record<string, ValueRule>> | undefined;
}

const ListSchema = z.array(z.union([z.string(), z.number()]));

/** Whether a parameter with this rule takes `value`. */
export function fits(rule: ValueRule, value: unknown): value is ParamValue {
  return isOfType(rule, value) && isWithin(rule, value);
}

/** The value with the defaults of the fields that items of a list leave out; the value must fit. */
export function completed({ fields }: ValueRule, value: ParamValue): ParamValue {
  if (fields === undefined || !Array.isArray(value)) return value;
  const items: readonly ParamItem[] = value;
  const defaults = Object.entries(fields).flatMap(([name, field]) =>
    field.default === undefined ? [] : [[name, field.default] as const],
  );
  return items.map((item) => (isMap(item) ? { ...Object.fromEntries(defaults), ...item } : item));
}

/** The values that a parameter with this rule takes, in words: `an integer from 1 to 65535`. */
export function describeParam({
  type,
  enum: values,
  min,
  max,
  pattern,
  fields,
}: ValueRule): string {
  if (values !== undefined) return `one of ${values.join(', ')}`;
  if (fields !== undefined) return `a list of maps with ${describeFields(fields)}`;
  const words: string[] = [typeNames[type]];
  if (min !== undefined) words.push(max === undefined ? `of at least ${min}` : `from ${min}`);
  if (max !== undefined) words.push(min === undefined ? `of at most ${max}` : `to ${max}`);
  if (pattern !== undefined) words.push(`matching ${pattern}`);
  return words.join(' ');
}

/** A value that fits the rule, for rendering a recipe before anybody has chosen one. */
export function sampleValue(rule: ValueRule): ParamValue {
  if (rule.default !== undefined) return completed(rule, rule.default);
  const [first] = rule.enum ?? [];
  if (first !== undefined) return first;
  if (rule.type === 'number') return rule.min ?? rule.max ?? 1;
  if (rule.type === 'integer') return Math.ceil(rule.min ?? Math.floor(rule.max ?? 1));
  if (rule.type === 'boolean') return true;
  return rule.type === 'list' ? [] : 'sample';
}

const typeNames = {
  integer: 'an integer',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  list: 'a list',
} as const;

function describeFields(fields: Readonly<Record<string, ValueRule>>): string {
  const told = Object.entries(fields).map(([name, field]) => {
    const optional = field.default === undefined ? '' : ', may be left out';
    return `${name} (${describeParam(field)}${optional})`;
  });
  return told.join(', ');
}

function isOfType({ type, fields }: ValueRule, value: unknown): value is ParamValue {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'number') return Number.isFinite(value);
  if (type !== 'list') return typeof value === type;
  if (fields === undefined) return ListSchema.safeParse(value).success;
  return Array.isArray(value) && value.every((item) => isItem(fields, item));
}

function isItem(fields: Readonly<Record<string, ValueRule>>, item: unknown): boolean {
  if (!isMap(item) || Object.keys(item).some((name) => ownEntry(fields, name) === undefined)) {
    return false;
  }
  return Object.entries(fields).every(([name, field]) => {
    const value = ownEntry(item, name);
    return value === undefined ? field.default !== undefined : fits(field, value);
  });
}

function isWithin(rule: ValueRule, value: ParamValue): boolean {
  if (rule.enum !== undefined && !rule.enum.some((each) => each === value)) return false;
  if (typeof value === 'number') {
    return (
      value >= (rule.min ?? Number.NEGATIVE_INFINITY) &&
      value <= (rule.max ?? Number.POSITIVE_INFINITY)
    );
  }
  if (typeof value === 'string' && rule.pattern !== undefined) {
    return new RegExp(`^(?:${rule.pattern})$`).test(value);
  }
  return true;
}
