import { z } from 'zod';
import { ArtifactNameSchema, VersionSchema } from '../node/steps/artifact.ts';
import { PathSchema } from '../node/values.ts';
import { flawOfPlaces, type Source, SourceSchema } from './source.ts';

/**
 * An artifact as a recipe writes it: a version in a folder of its own, from one of several sources. It is settled once
 * for a cluster, before there are nodes. A list of addresses names places of one and the same file, which is taken
 * from the first that has it.
 */
export const ArtifactSchema = z
  .strictObject({
    name: ArtifactNameSchema.describe('its name, and that of its folder in /opt'),
    folder: PathSchema.optional().describe('folder of its versions; /opt/NAME when left out'),
    version: VersionSchema.describe('the version, which is part of the name of its folder'),
    source: z.string().optional().describe('which of the sources; the first when left out'),
    sources: z
      .record(z.string().regex(/^[a-z][a-z0-9-]*$/, 'expected a name like publisher'), SourceSchema)
      .refine((sources) => Object.keys(sources).length > 0, 'expected at least one source')
      .describe('where it may come from, by name'),
  })
  .superRefine(({ source, sources }, context) => {
    if (source !== undefined && !Object.hasOwn(sources, source)) {
      const known = Object.keys(sources).join(', ');
      context.addIssue({
        code: 'custom',
        path: ['source'],
        message: `expected one of the sources: ${known}`,
      });
    }
    for (const [name, each] of Object.entries(sources)) {
      const flaw = flawOfPlaces(each);
      if (flaw !== undefined) {
        context.addIssue({ code: 'custom', path: ['sources', name], message: flaw });
      }
    }
  });

/** An artifact as a recipe writes it, filled for one cluster. */
export type Artifact = z.infer<typeof ArtifactSchema>;

/** Two artifacts that a recipe writes alike are the same one, whichever node or phase they stand in. */
export function artifactKey(artifact: Artifact): string {
  return JSON.stringify(artifact);
}

/** The source that is chosen, and its name. */
export function chosenSource({
  source,
  sources,
}: Artifact): readonly [name: string, source: Source] {
  const entries = Object.entries(sources);
  const chosen = source === undefined ? entries[0] : entries.find(([name]) => name === source);
  if (chosen === undefined) throw new RangeError('an artifact without its source');
  return chosen;
}
