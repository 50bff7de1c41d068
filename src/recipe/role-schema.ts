import { z } from 'zod';
import { NameSchema, VariableSchema } from './text.ts';

/**
 * How many nodes: a number, or the largest odd number that is neither above a bound nor above the nodes there are. The
 * bound is a number or an integer parameter of the recipe, by its name.
 */
const CountSchema = z.union(
  [
    z.int().min(1),
    z.strictObject({
      oddUpTo: z
        .union([z.int().min(1), VariableSchema])
        .describe('the most there may be: a number, or the name of an integer parameter'),
    }),
  ],
  'expected a number, or {oddUpTo: N}',
);

/** How many nodes, as a recipe writes it. */
export type Count = z.infer<typeof CountSchema>;

/** A group of nodes. */
export const RoleSchema = z
  .strictObject({
    count: CountSchema.default(1).describe(
      'how many nodes, unless somebody asks for another number; {oddUpTo: N} is the largest odd number up to N and to the nodes there are',
    ),
    odd: z
      .boolean()
      .default(false)
      .describe('whether only odd numbers make sense, as for a quorum'),
    min: z.int().min(1).default(1).describe('fewest nodes'),
    max: z.int().min(1).optional().describe('most nodes'),
  })
  .refine(({ count, odd }) => !odd || typeof count !== 'number' || count % 2 === 1, {
    path: ['count'],
    message: 'expected an odd number',
  })
  .refine(
    ({ count, min, max }) => typeof count !== 'number' || (count >= min && count <= (max ?? count)),
    { path: ['count'], message: 'expected a number from min to max' },
  );

/** Which nodes of the recipe that uses another one hold one of its roles. */
const RoleMappingSchema = z.strictObject({
  on: NameSchema.describe('a role of this recipe, whose first nodes hold it'),
  count: CountSchema.optional().describe(
    "how many of them; as many as the used recipe's own rule gives when left out",
  ),
});

/** Which nodes hold a role of a used recipe. */
export type RoleMapping = z.infer<typeof RoleMappingSchema>;

/** What a recipe says about another one that it uses. */
export const UseSchema = z.strictObject({
  roles: z
    .record(NameSchema, RoleMappingSchema)
    .describe('for each role of the used recipe, which nodes hold it'),
  params: z
    .record(VariableSchema, z.json())
    .default({})
    .describe(
      'parameters of the used recipe that are set here; templates may speak of params and cluster',
    ),
  alongside: z
    .boolean()
    .default(false)
    .describe(
      'whether the services of this recipe start without waiting for those of the used one',
    ),
});
