import type { Clock } from '../clock.ts';
import type { Emit } from '../events.ts';

/** What every verb is given besides its request. */
export interface ActionContext {
  readonly emit: Emit;
  /** Aborts with an `Interrupted` error when the user wants the verb to end. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  /** The environment variables of the process. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /**
   * Asks whoever sits at the terminal for a secret, which is not shown; the same question once. Null where nobody does.
   */
  readonly askSecret?: ((question: string) => Promise<string | null>) | undefined;
  /** The folder that relative paths of the request start from. */
  readonly cwd: string;
  /** The folder that the program is installed in: its `recipes/`, `templates/`, `profiles/`, `config.yml`. */
  readonly installation: string;
}

/** Which files and folders a verb works with, as the command line said it; undefined is the default. */
export interface WorkspaceRequest {
  /** The `config.yml` to use. */
  readonly config: string | undefined;
  /** The state folder. */
  readonly state: string | undefined;
}

/** Which cluster a verb is about, as the command line said it; undefined is the default. */
export interface ClusterRequest extends WorkspaceRequest {
  readonly recipe: string;
  readonly profile: string | undefined;
  /** The cluster's name, when it is not `RECIPE-PROFILE`. */
  readonly name: string | undefined;
}

/** A {@link ClusterRequest} of a verb that takes the cluster's lock. */
export interface RunRequest extends ClusterRequest {
  /** How long to wait for another run that holds the lock; 0 refuses at once. */
  readonly waitMs: number;
}

/** A {@link ClusterRequest} that may also say what the cluster is to be. */
export interface WishRequest extends ClusterRequest {
  readonly count: number | undefined;
  /** Parameters of the recipe as `--set` gave them: text, converted by the parameter's own type. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** A {@link WishRequest} that may also say which machines are to be replaced although they run. */
export interface ChangeRequest extends WishRequest {
  /** Ordinals or names of nodes. */
  readonly replace: readonly string[];
}
