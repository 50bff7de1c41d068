import { createHash } from 'node:crypto';
import type { z } from 'zod';

/** A file that travels in a bundle, found there under the hash of its content. */
export interface BundleFile {
  /** SHA-256 of the content, in hex. */
  readonly hash: string;
  readonly content: Buffer;
}

/** What a step asks about on a node; in check mode all steps' questions of a sort are asked at once. */
export interface StepQuestions {
  readonly files?: readonly string[];
  readonly packages?: readonly string[];
  readonly units?: readonly string[];
}

/** A step in the words of the runtime. */
export interface CompiledStep {
  /** The runtime's function (`kind_NAME`) without its prefix, and the words it is called with. */
  readonly call: readonly [name: string, ...words: string[]];
  readonly files?: readonly BundleFile[];
  readonly asks?: StepQuestions;
}

/** One kind of step: how a recipe writes it, and what a node is told. Its effect is in `runtime/*.sh`. */
export interface StepKind<Schema extends z.ZodType = z.ZodType> {
  readonly schema: Schema;
  /**
   * The step in the runtime's words.
   * @throws {z.ZodError} when the wish does not fit the schema.
   */
  compile(wish: unknown): CompiledStep;
}

/** A step kind out of its schema and a compile function over what the schema lets through. */
export function defineStepKind<Schema extends z.ZodType>(
  schema: Schema,
  compile: (wish: z.infer<Schema>) => CompiledStep,
): StepKind<Schema> {
  return { schema, compile: (wish) => compile(schema.parse(wish)) };
}

/** The text as a file of the bundle. */
export function bundleFile(text: string): BundleFile {
  const content = Buffer.from(text);
  return { hash: createHash('sha256').update(content).digest('hex'), content };
}
