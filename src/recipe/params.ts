import { z } from 'zod';
import { RegexSchema } from './text.ts';

/** A value of a parameter. */
export type ParamValue = string | number | boolean | readonly (string | number)[];

const ItemSchema = z.union([z.string(), z.number()]);

const DeclarationSchema = z.strictObject({
  type: z
    .enum(['integer', 'number', 'string', 'boolean', 'list'])
    .default('string')
    .describe('what kind of value it takes; a list holds texts and numbers'),
  default: z
    .union([z.string(), z.number(), z.boolean(), z.array(ItemSchema)])
    .optional()
    .describe('the value when nobody sets it; without one it must be set'),
  min: z.number().optional().describe('the smallest number that is accepted'),
  max: z.number().optional().describe('the largest number that is accepted'),
  pattern: RegexSchema.optional().describe('a regular expression that the whole text must match'),
  enum: z.array(ItemSchema).min(1).optional().describe('the only values that are accepted'),
  about: z.string().min(1).describe('what the parameter is for, in one line'),
});

type ParamDeclaration = z.infer<typeof DeclarationSchema>;

/** One parameter as a recipe declares it. */
export const ParamSchema = DeclarationSchema.superRefine((param, context) => {
  for (const [key, message] of contradictionsOf(param)) {
    context.addIssue({ code: 'custom', path: [key], message });
  }
});

/** One parameter as a recipe declares it. */
export type Param = z.infer<typeof ParamSchema>;

/** Whether the parameter takes `value`. */
export function fits(param: Param, value: unknown): value is ParamValue {
  return isOfType(param, value) && isWithin(param, value);
}

/** The values that the parameter takes, in words: `an integer from 1 to 65535`. */
export function describeParam({ type, enum: values, min, max, pattern }: Param): string {
  if (values !== undefined) return `one of ${values.join(', ')}`;
  const words: string[] = [typeNames[type]];
  if (min !== undefined) words.push(max === undefined ? `of at least ${min}` : `from ${min}`);
  if (max !== undefined) words.push(min === undefined ? `of at most ${max}` : `to ${max}`);
  if (pattern !== undefined) words.push(`matching ${pattern}`);
  return words.join(' ');
}

/** A value that fits the parameter, for rendering a recipe before anybody has chosen one. */
export function sampleValue(param: Param): ParamValue {
  if (param.default !== undefined) return param.default;
  const [first] = param.enum ?? [];
  if (first !== undefined) return first;
  if (param.type === 'number') return param.min ?? param.max ?? 1;
  if (param.type === 'integer') return Math.ceil(param.min ?? Math.floor(param.max ?? 1));
  if (param.type === 'boolean') return true;
  return param.type === 'list' ? [] : 'sample';
}

const typeNames = {
  integer: 'an integer',
  number: 'a number',
  string: 'a text',
  boolean: 'true or false',
  list: 'a list',
} as const;

/** Keys of a declaration that do not go with its other keys, each with what to say about it. */
function* contradictionsOf(param: ParamDeclaration): Generator<[key: string, message: string]> {
  const numeric = param.type === 'integer' || param.type === 'number';
  const { min, max } = param;
  if (min !== undefined && !numeric) yield ['min', 'min is only for numbers'];
  if (max !== undefined && !numeric) yield ['max', 'max is only for numbers'];
  if (min !== undefined && max !== undefined && min > max) yield ['min', 'min is larger than max'];
  if (param.pattern !== undefined && param.type !== 'string') {
    yield ['pattern', 'pattern is only for type: string'];
  }
  const { enum: values, ...without } = param;
  if (values?.some((value) => !fits(without, value)) === true) {
    yield ['enum', `expected each value to be ${describeParam(without)}`];
  }
  if (param.default !== undefined && !fits(param, param.default)) {
    yield ['default', `expected ${describeParam(param)}`];
  }
}

function isOfType({ type }: Param, value: unknown): value is ParamValue {
  if (type === 'integer') return Number.isSafeInteger(value);
  if (type === 'number') return Number.isFinite(value);
  if (type === 'list') return z.array(ItemSchema).safeParse(value).success;
  return typeof value === type;
}

function isWithin(param: Param, value: ParamValue): boolean {
  if (param.enum !== undefined && !param.enum.some((each) => each === value)) return false;
  if (typeof value === 'number') {
    return (
      value >= (param.min ?? Number.NEGATIVE_INFINITY) &&
      value <= (param.max ?? Number.POSITIVE_INFINITY)
    );
  }
  if (typeof value === 'string' && param.pattern !== undefined) {
    return new RegExp(`^(?:${param.pattern})$`).test(value);
  }
  return true;
}
