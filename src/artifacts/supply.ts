import type { ArtifactStep } from '../node/steps/artifact.ts';
import type { DownloadDeps } from './download.ts';
import type { MavenDeps } from './maven.ts';

/** What an artifact consists of, and how it is brought. */
export interface Supply {
  readonly files: ArtifactStep['files'];
  readonly unpack: ArtifactStep['unpack'];
  /** Where nodes may fetch its only file by themselves. */
  readonly urls: readonly string[];
  /**
   * Brings those of the files that are not in the cache.
   * @param onProgress hears in a few words how far it is
   */
  bring(digests: readonly string[], onProgress: (text: string) => void): Promise<void>;
}

/** Where the files lie that a recipe and a configuration name. */
export interface SourceFolders {
  /** The recipe's folder in `templates/`, for lock files. */
  readonly templates: string;
  /** The folder of config.yml, for files of the user's own. */
  readonly config: string;
}

/** What sources need. */
export interface SupplyDeps extends DownloadDeps, MavenDeps {
  readonly folders: SourceFolders;
}
