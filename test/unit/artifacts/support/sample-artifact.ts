import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Deliverable } from '../../../../src/artifacts/content.ts';
import type { ArtifactStep } from '../../../../src/node/steps/artifact.ts';

/** What a sample is to be; its name is `sample` and its version 1.0 unless said otherwise. */
export interface SampleOptions extends Partial<Pick<ArtifactStep, 'version' | 'unpack'>> {
  /** Files by where they come to lie. */
  readonly files: Readonly<Record<string, Buffer | string>>;
  readonly executable?: boolean;
  readonly unpackedBytes?: number;
  readonly urls?: readonly string[];
}

/** An artifact whose files lie in `folder`; `asked` counts how often its content was wanted. */
export function sampleArtifact(
  folder: string,
  { files, executable, unpackedBytes = 0, urls = [], version = '1.0', unpack }: SampleOptions,
): Deliverable & { readonly asked: () => number } {
  let asked = 0;
  const cached = Object.entries(files).map(([as, text]) => {
    const content = Buffer.from(text);
    const digest = digestOf(content);
    const path = join(folder, digest);
    writeFileSync(path, content);
    return { as, digest, path, size: content.length };
  });
  const placed = cached.map(({ as, digest }) => ({
    ...{ as, digest },
    ...(executable === undefined ? {} : { executable }),
  }));
  return {
    step: {
      ...{ name: 'sample', version, source: 'default', folder: '/srv/sample', files: placed },
      id: createHash('sha256')
        .update(JSON.stringify([placed, unpack]))
        .digest('hex'),
      ...(unpack === undefined ? {} : { unpack }),
    },
    urls,
    asked: () => asked,
    content: async () => {
      asked += 1;
      return { files: cached, unpackedBytes };
    },
  };
}

export function digestOf(content: Buffer | string, algorithm = 'sha256'): string {
  return `${algorithm}:${createHash(algorithm).update(content).digest('hex')}`;
}
