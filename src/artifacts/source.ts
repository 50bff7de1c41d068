import { z } from 'zod';
import { archiveFormats, PlaceSchema } from '../node/steps/artifact.ts';
import { packageStep } from '../node/steps/package.ts';

const UrlSchema = z
  .string()
  .max(2000)
  .refine(isWebAddress, 'expected an address like https://downloads.example.org/thing-1.0.tar.gz');

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s'"\\]+$/.test(text) && URL.canParse(text);
}

const ChecksumSchema = z.union([
  z.strictObject({
    sha256: z
      .string()
      .regex(/^[0-9a-fA-F]{64}$/, 'expected 64 hex digits')
      .describe('the sum itself'),
  }),
  z.strictObject({
    sha512: z
      .string()
      .regex(/^[0-9a-fA-F]{128}$/, 'expected 128 hex digits')
      .describe('the sum itself'),
  }),
  z.strictObject({ url: UrlSchema.describe("address of the publisher's checksum file") }),
]);

const UnpackSchema = z.strictObject({
  strip: z
    .int()
    .min(0)
    .max(9)
    .default(0)
    .describe('how many names are left out at the beginning of every path in the archive'),
  format: z
    .enum(archiveFormats)
    .optional()
    .describe('what kind of archive it is, where its name does not end with it'),
});

const fileFields = {
  checksum: ChecksumSchema.describe(
    'what the file must hash to: {sha256: HEX}, {sha512: HEX}, or {url: …} of a checksum file',
  ),
  unpack: UnpackSchema.optional().describe(
    'that it is an archive, and how it is unpacked; the file itself is put into the folder when left out',
  ),
  as: PlaceSchema.optional().describe('what the file is called in the folder, like bin/consul'),
  executable: z.boolean().optional().describe('whether the file is a program'),
};

const notBoth = 'a name and "executable" are for a file, an archive brings its own';

const UrlSourceSchema = z
  .strictObject({ url: UrlSchema.describe('where the file is'), ...fileFields })
  .refine(isFileOrArchive, { path: ['as'], message: notBoth });

const MavenSourceSchema = z.strictObject({
  maven: z
    .strictObject({
      lock: z
        .string()
        .regex(
          /^[A-Za-z0-9][A-Za-z0-9._+-]*\.lock$/,
          'expected the name of a file like cassandra-5.0.6.lock',
        )
        .describe("lock file in the recipe's folder of templates"),
      into: PlaceSchema.optional().describe('folder that the files are put into, like lib'),
    })
    .describe('files of Maven repositories'),
});

const FileSourceSchema = z
  .strictObject({
    file: z
      .string()
      .min(1)
      .describe('a file on this computer; relative to the folder of config.yml'),
    ...fileFields,
  })
  .refine(({ checksum }) => !('url' in checksum), {
    path: ['checksum'],
    message: 'expected sha256 or sha512: a file of your own has no publisher',
  })
  .refine(isFileOrArchive, { path: ['as'], message: notBoth });

const PackageSourceSchema = z.strictObject({
  package: packageStep.schema.describe('Debian packages, as in a package step'),
});

/** Where an artifact may come from. */
export const SourceSchema = z.union([
  UrlSourceSchema,
  MavenSourceSchema,
  FileSourceSchema,
  PackageSourceSchema,
  z.array(UrlSourceSchema).min(1),
]);

/** A file at a web address. */
export type UrlSource = z.infer<typeof UrlSourceSchema>;

/** Files of Maven repositories. */
export type MavenSource = z.infer<typeof MavenSourceSchema>;

/** A file on this computer. */
export type FileSource = z.infer<typeof FileSourceSchema>;

/** What a source may be. */
export type Source = z.infer<typeof SourceSchema>;

function isFileOrArchive(source: {
  readonly unpack?: unknown;
  readonly as?: unknown;
  readonly executable?: unknown;
}): boolean {
  return source.unpack === undefined || (source.as ?? source.executable) === undefined;
}

/** What is wrong with a list of addresses as places of one file; undefined when nothing is. */
export function flawOfPlaces(source: Source): string | undefined {
  if (!Array.isArray(source)) return undefined;
  const forms = new Set(
    source.map(({ unpack, as, executable }) => JSON.stringify([unpack, as, executable])),
  );
  if (forms.size > 1)
    return 'these are places of one file: give each the same unpack, as and executable';
  for (const algorithm of ['sha256', 'sha512'] as const) {
    const sums = source.flatMap(({ checksum }) =>
      algorithm in checksum ? Object.values(checksum).map((sum) => sum.toLowerCase()) : [],
    );
    if (new Set(sums).size > 1)
      return `these are places of one file, but their ${algorithm} differ`;
  }
  return undefined;
}
