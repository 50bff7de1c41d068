import { z } from 'zod';

/** Every key that `schema` knows for the map at `path`, over all alternatives that can stand there. */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  const keys = schemasAt(schema, path)
    .flatMap(alternativesOf)
    .flatMap((each) => (each instanceof z.ZodObject ? Object.keys(each.shape) : []));
  return [...new Set(keys)];
}

/** The schemas that the value at `path` may be checked by: several where alternatives lie on the way. */
export function schemasAt(schema: z.ZodType, path: readonly PropertyKey[]): z.ZodType[] {
  const [step, ...rest] = path;
  if (step === undefined) return [schema];
  return alternativesOf(schema).flatMap((each) => {
    const child = childOf(each, step);
    return child === undefined ? [] : schemasAt(child, rest);
  });
}

/** Whether nothing but text can stand at `path`. */
export function takesOnlyText(schema: z.ZodType, path: readonly PropertyKey[]): boolean {
  const alternatives = schemasAt(schema, path).flatMap(alternativesOf);
  return alternatives.length > 0 && alternatives.every((each) => each instanceof z.ZodString);
}

function childOf(schema: z.ZodType, step: PropertyKey): z.ZodType | undefined {
  if (schema instanceof z.ZodObject) return asType(schema.shape[String(step)]);
  if (schema instanceof z.ZodArray) return asType(schema.element);
  if (schema instanceof z.ZodRecord) return asType(schema.valueType);
  return undefined;
}

/** What is left of a schema without optionality, defaults and transforms, with unions taken apart. */
function alternativesOf(schema: z.ZodType): z.ZodType[] {
  if (schema instanceof z.ZodUnion) {
    return schema.options.flatMap((option) => {
      const type = asType(option);
      return type === undefined ? [] : alternativesOf(type);
    });
  }
  const inner = innerOf(schema);
  return inner === undefined ? [schema] : alternativesOf(inner);
}

function innerOf(schema: z.ZodType): z.ZodType | undefined {
  if (schema instanceof z.ZodPipe) return asType(schema.in);
  if (
    schema instanceof z.ZodOptional ||
    schema instanceof z.ZodNullable ||
    schema instanceof z.ZodDefault ||
    schema instanceof z.ZodReadonly
  ) {
    return asType(schema.unwrap());
  }
  return undefined;
}

/** Zod types its children as the smaller core interface; at run time they are full schemas. */
function asType(schema: unknown): z.ZodType | undefined {
  return schema instanceof z.ZodType ? schema : undefined;
}
