import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';
import { PathSchema } from '../values.ts';

/** What a file hashes to, like `sha256:9f86…`: the name under which caches and nodes keep it. */
const DigestSchema = z
  .string()
  .regex(
    /^(sha256:[0-9a-f]{64}|sha512:[0-9a-f]{128})$/,
    'must be sha256: or sha512: and the sum in small hex digits',
  );

/** A version that is part of a folder's name. */
export const VersionSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9.+~_-]{0,63}$/,
    'must be a version like 5.0.6: letters, digits and . + ~ _ -, at most 64 of them',
  );

/** The name of an artifact, which becomes that of a folder. */
export const ArtifactNameSchema = z
  .string()
  .regex(/^[a-z0-9][a-z0-9._+-]{0,63}$/, 'must be a name like "cassandra"');

/** Where a file comes to lie in the artifact's folder. */
export const PlaceSchema = z
  .string()
  .max(1024)
  .refine(
    (path) => path.split('/').every((name) => /^[A-Za-z0-9_][A-Za-z0-9._+@~-]*$/.test(name)),
    'must be a relative path of plain names like "lib/guava-32.0.1-jre.jar"',
  );

/** Archives that a node can unpack. */
export const archiveFormats = ['tar.gz', 'tar.xz', 'zip'] as const;

const ArtifactStepSchema = z
  .strictObject({
    name: ArtifactNameSchema,
    version: VersionSchema,
    /** Which of the recipe's sources it is from, for people. */
    source: z.string(),
    folder: PathSchema,
    /** Identifies files, places and unpacking together, in 64 hex digits. */
    id: z.string().regex(/^[0-9a-f]{64}$/, 'must be 64 hex digits'),
    files: z
      .array(
        z.strictObject({
          digest: DigestSchema,
          as: PlaceSchema,
          executable: z.boolean().optional(),
        }),
      )
      .min(1),
    /** How the only file, an archive, is unpacked; without it the files themselves are put into the folder. */
    unpack: z
      .strictObject({ format: z.enum(archiveFormats), strip: z.int().min(0).max(9) })
      .optional(),
  })
  .refine(({ unpack, files }) => unpack === undefined || files.length === 1, {
    path: ['files'],
    message: 'only one archive can be unpacked',
  });

/** An artifact as a node is told of it. */
export type ArtifactStep = z.infer<typeof ArtifactStepSchema>;

/** The folder on the node that holds exactly this version and content; `current` beside it leads there. */
export function placeOf({
  folder,
  version,
  id,
}: Pick<ArtifactStep, 'folder' | 'version' | 'id'>): string {
  return `${folder}/${version}-${id.slice(0, 12)}`;
}

/**
 * Content of a version in a folder of its own below `folder`, to which the link `folder/current` leads. Its files must
 * have been delivered to the node before; a folder that is whole needs none. The version before is kept, older ones
 * are removed. A file that is missing or has another size makes the folder damaged, and an apply builds it anew: what
 * a service writes, and files that are changed afterwards, must lie elsewhere.
 */
export const artifactStep = defineStepKind(ArtifactStepSchema, (wish) => ({
  call: [
    'artifact',
    placeOf(wish),
    wish.id,
    wish.unpack?.format ?? 'plain',
    String(wish.unpack?.strip ?? 0),
    ...wish.files.flatMap(({ digest, as, executable = false }) => [
      digest,
      executable ? '755' : '644',
      as,
    ]),
  ],
}));
