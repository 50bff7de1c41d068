/** Who a machine belongs to: the random uid is the identity, the name is for people. */
export interface ClusterRef {
  readonly uid: string;
  readonly name: string;
}

/** The life of a machine in the words of EC2. */
export type MachineState =
  | 'pending'
  | 'running'
  | 'stopping'
  | 'stopped'
  | 'shutting-down'
  | 'terminated';

/** One machine of a cluster as its cloud describes it. */
export interface Machine {
  readonly id: string;
  /** The node's place in the cluster, from 1. */
  readonly ordinal: number;
  /** Which machine of that node this is, from 1. */
  readonly incarnation: number;
  readonly state: MachineState;
  /** The cloud's own words on why the machine is in this state, where it gives any. */
  readonly stateReason?: string;
  /** Address inside the cluster's network; missing until the cloud has given one. */
  readonly address?: string;
  readonly publicAddress?: string;
  readonly zone: string;
  readonly instanceType: string;
  /** Whether it bears its own name and ordinal as tags; until then only those of its launch. */
  readonly isLabelled: boolean;
}

/** What a machine of some type is made of; a machine cannot always know this about itself. */
export interface MachineFigures {
  readonly memoryMib: number;
  readonly cpus: number;
}

/** One call that launches several alike machines; plain data, since it is journalled before it is sent. */
export interface LaunchRequest {
  readonly cluster: ClusterRef;
  /** The same token with the same request never launches twice. At most 64 characters. */
  readonly token: string;
  readonly incarnation: number;
  /** The machine that the cloud numbers i (from 0) becomes node `ordinals[i]`. */
  readonly ordinals: readonly number[];
  readonly imageId: string;
  readonly instanceType: string;
  readonly keyName: string;
  /** Public keys, one OpenSSH line each, that may log in besides the cluster's own. */
  readonly operatorKeys: readonly string[];
}

/** Something that still exists and carries the cluster's tags. */
export interface Leftover {
  readonly kind: 'instance' | 'key-pair';
  readonly id: string;
  readonly state: string;
}

/**
 * Where machines come from. Every method may be repeated after any failure: none needs to know whether it ran
 * before.
 */
export interface Provider {
  /** Which cloud this is, in words; what was made on one is not looked for on another. */
  readonly cloud: string;
  /** How connections may be tried: a cloud of our own is dialled eagerly, a public one gently. */
  readonly dialing: 'eager' | 'gentle';
  /** How long to wait between two calls of `describe`, in milliseconds. */
  readonly pollMs: number;
  /**
   * Makes ready what a launch on this cloud needs and gives the image's id for its id or name.
   * After failure nothing of the cluster exists.
   */
  prepare(image: string): Promise<string>;
  figures(instanceType: string): Promise<MachineFigures>;
  /** Makes the cloud know the cluster's public key under `name`; an existing one of that name is kept. */
  importKey(cluster: ClusterRef, name: string, publicKey: string): Promise<void>;
  /** Launches in one call. After failure either nothing exists, or `describe` finds it, or the same request may be sent again. */
  launch(request: LaunchRequest): Promise<readonly Machine[]>;
  /** Gives machines that lack them their own names and ordinals as tags, for people and other tools; no truth depends on it. */
  label(cluster: ClusterRef, machines: readonly Machine[]): Promise<void>;
  /** Every machine that carries the cluster's uid, in one filtered call; terminated ones for as long as the cloud remembers them. */
  describe(uid: string): Promise<readonly Machine[]>;
  /** The uids of live clusters with this name, for when the local state was lost. */
  discover(clusterName: string): Promise<readonly string[]>;
  start(ids: readonly string[]): Promise<void>;
  /** Asks for the machines' end; they are gone only when `describe` says so. */
  terminate(ids: readonly string[]): Promise<void>;
  /** What the machine wrote to its console, newest part; empty when the cloud has nothing yet. */
  consoleOutput(id: string): Promise<string>;
  /** Removes what a cluster leaves besides machines, then looks for everything that still carries its tags. */
  sweep(uid: string): Promise<readonly Leftover[]>;
}
