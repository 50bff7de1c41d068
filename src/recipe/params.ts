import { z } from 'zod';
import { describeParam, fits } from './param-values.ts';
import { RegexSchema, VariableSchema } from './text.ts';

const ScalarSchema = z.union([z.string(), z.number()]);

const FieldSchema = z.strictObject({
  type: z
    .enum(['integer', 'number', 'string', 'boolean', 'list'])
    .default('string')
    .describe('what kind of value it takes; a list holds texts and numbers'),
  default: z
    .union([z.string(), z.number(), z.boolean(), z.array(ScalarSchema)])
    .optional()
    .describe('the value when nobody sets it; without one it must be set'),
  min: z.number().optional().describe('the smallest number that is accepted'),
  max: z.number().optional().describe('the largest number that is accepted'),
  pattern: RegexSchema.optional().describe('a regular expression that the whole text must match'),
  enum: z.array(ScalarSchema).min(1).optional().describe('the only values that are accepted'),
  about: z.string().min(1).describe('what it is for, in one line'),
});

const DeclarationSchema = FieldSchema.extend({
  fields: z
    .record(VariableSchema, FieldSchema)
    .optional()
    .describe('for a list of maps: what each of them holds, by name'),
  gather: z
    .boolean()
    .default(false)
    .describe('for a list: whether several recipes that use this one may each add to it'),
  fixed: z
    .string()
    .min(1)
    .optional()
    .describe('why it cannot be changed any more once the cluster has begun to form'),
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
  if (param.fields !== undefined && param.type !== 'list') {
    yield ['fields', 'fields is only for type: list'];
  }
  if (param.gather && param.type !== 'list') yield ['gather', 'gather is only for type: list'];
  const { enum: values, ...without } = param;
  if (values?.some((value) => !fits(without, value)) === true) {
    yield ['enum', `expected each value to be ${describeParam(without)}`];
  }
  if (param.default !== undefined && !fits(param, param.default)) {
    yield ['default', `expected ${describeParam(param)}`];
  }
}
