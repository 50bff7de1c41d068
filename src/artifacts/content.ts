import type { ArtifactStep } from '../node/steps/artifact.ts';

/** A file in the cache of this computer, verified. */
export interface CachedFile {
  readonly digest: string;
  readonly size: number;
  readonly path: string;
}

/** All files of an artifact in the cache. */
export interface ArtifactContent {
  readonly files: readonly CachedFile[];
  /** What an archive takes once it is unpacked; 0 where the files are used as they are. */
  readonly unpackedBytes: number;
}

/** An artifact that nodes may need. */
export interface Deliverable {
  readonly step: ArtifactStep;
  /** Where a node may fetch its only file by itself; empty when it must be sent. */
  readonly urls: readonly string[];
  /** Brings it into the cache, once however many ask; called only when some node needs something of it. */
  content(): Promise<ArtifactContent>;
}
