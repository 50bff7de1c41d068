import { createHash } from 'node:crypto';
import type { Step } from '../node/step-kinds.ts';
import type { ArtifactStep } from '../node/steps/artifact.ts';
import { type Artifact, chosenSource } from './artifact.ts';
import type { Deliverable } from './content.ts';
import { contentOf } from './content-of.ts';
import { fileSupply } from './file-supply.ts';
import { mavenSupply } from './maven-supply.ts';
import type { Source } from './source.ts';
import type { Supply, SupplyDeps } from './supply.ts';
import { urlSupply } from './url-supply.ts';

/** An artifact of which all is known that does not depend on a node. */
export interface ResolvedArtifact {
  /** What each node that has it is told: an artifact, or packages. */
  readonly step: Step;
  /** Null for packages, which nodes get by themselves. */
  readonly deliverable: Deliverable | null;
}

/** What settles artifacts, and hears how it goes. */
export interface ResolveDeps extends SupplyDeps {
  /** Hears in a few words what is under way, such as `cassandra 12 of 66 MB`. */
  onProgress(text: string): void;
}

/**
 * The artifact, settled: which files, by their checksums. Nothing is downloaded but a publisher's checksum file, and that
 * only the first time; `content` of the deliverable brings the files into the cache.
 * @throws {UsageError} `unsupported-version`, `bad-lock`, `unknown-format`, `no-file-name`
 * @throws {DeployerError} `artifact-unavailable` or `no-checksum` when no publisher tells the checksum
 */
export async function resolveArtifact(
  artifact: Artifact,
  deps: ResolveDeps,
): Promise<ResolvedArtifact> {
  const [name, source] = chosenSource(artifact);
  if ('package' in source) return { step: { package: source.package }, deliverable: null };
  const supply = await supplyOf(source, artifact, deps);
  const { files, unpack, urls } = supply;
  const step: ArtifactStep = {
    name: artifact.name,
    version: artifact.version,
    source: name,
    folder: artifact.folder ?? `/opt/${artifact.name}`,
    id: identityOf({ files, unpack }),
    files,
    ...(unpack === undefined ? {} : { unpack }),
  };
  let content: ReturnType<typeof contentOf> | undefined;
  const deliverable: Deliverable = {
    step,
    urls,
    content: () => {
      content ??= contentOf(step, supply, deps);
      return content;
    },
  };
  return { step: { artifact: step }, deliverable };
}

function supplyOf(
  source: Exclude<Source, { package: unknown }>,
  artifact: Artifact,
  deps: SupplyDeps,
): Promise<Supply> | Supply {
  if (Array.isArray(source)) {
    const [first, ...others] = source;
    if (first === undefined) throw new RangeError('a source without places');
    return urlSupply([first, ...others], artifact.name, deps);
  }
  if ('maven' in source) return mavenSupply(source, artifact, deps);
  return 'file' in source ? fileSupply(source, deps) : urlSupply([source], artifact.name, deps);
}

function identityOf(content: Pick<Supply, 'files' | 'unpack'>): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex');
}
