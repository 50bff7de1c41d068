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
  /** How to log in to a machine that was there before the cluster; else as the profile says, with the cluster's key. */
  readonly login?: MachineLogin;
}

/** A way in to a machine that was there before its cluster. */
export interface MachineLogin {
  readonly address: string;
  readonly port: number;
  readonly username: string;
  /** Files of private keys, in the order in which they are tried; the agent's keys are tried before them. */
  readonly keyFiles: readonly string[];
  /** Socket of an agent that holds keys. */
  readonly agent: string | undefined;
  /** Whether no other key than these is to be tried, not even an agent's. */
  readonly onlyThese: boolean;
  /** Names under which known_hosts may have it. */
  readonly names: readonly string[];
  /** Files in the form of known_hosts; empty for the usual ones. */
  readonly knownHostsFiles: readonly string[];
  /** Hosts that the connection goes through, the first one first. */
  readonly via: readonly Omit<MachineLogin, 'via'>[];
}

/** What a machine of some type is made of; a machine cannot always know this about itself. */
export interface MachineFigures {
  readonly memoryMib: number;
  readonly cpus: number;
}

/** What a machine is chosen from when it is launched: one of several that a profile may name. */
export interface Pool {
  readonly instanceType: string;
  /** Null where the cloud chooses. */
  readonly zone: string | null;
  readonly market: 'on-demand' | 'spot';
}

/** A disk of a machine. */
export interface DiskWish {
  /** Device name as `/dev/sdf`; the image's root device when null. */
  readonly device: string | null;
  readonly gib: number;
  readonly type: string | null;
  readonly encrypted: boolean | null;
}

/** One call that launches several alike machines; plain data, since it is journalled before it is sent. */
export interface LaunchRequest {
  readonly cluster: ClusterRef;
  /** The same token with the same request never launches twice. At most 64 characters. */
  readonly token: string;
  readonly incarnation: number;
  /** The machine that the cloud numbers i (from 0) becomes node `ordinals[i]`. */
  readonly ordinals: readonly number[];
  /** Whether fewer machines than asked for are welcome: then they are those of the first ordinals. */
  readonly atLeastOne: boolean;
  readonly imageId: string;
  readonly pool: Pool;
  readonly keyName: string;
  /** Public keys, one OpenSSH line each, that may log in besides the cluster's own. */
  readonly operatorKeys: readonly string[];
  /** The cluster's own public key, for images that do not take it from the cloud. */
  readonly loginKey: string | null;
  /** Ids of the groups that the machines are in. */
  readonly groupIds: readonly string[];
  /** The subnet they are in; the zone's default one when null. */
  readonly subnetId: string | null;
  readonly publicAddress: boolean | null;
  /** The image's root disk when it is to be another than the image says, then further ones. */
  readonly disks: readonly DiskWish[];
  readonly instanceProfile: string | null;
  readonly protect: boolean;
  /** The public host key, one OpenSSH line, that the machines are given; its private half is never journalled. */
  readonly hostKey: string | null;
}

/** What a launch needs that must not be written down with it. */
export interface LaunchSecrets {
  /** Private half of {@link LaunchRequest.hostKey}, in OpenSSH's format. */
  readonly hostKey: string | null;
}

/** An image as the cloud knows it. */
export interface PreparedImage {
  readonly id: string;
  /** Its name at its cloud, for people; empty where it has none. */
  readonly name: string;
  /** The user that its publisher made for logging in, where that is known. */
  readonly username: string | null;
}

/** Which image: an id or a name; the newest of an owner's with a name; or the one that a public parameter names. */
export type ImageWish =
  | string
  | { readonly name: string; readonly owner: string }
  | { readonly parameter: string };

/** A port that a service has for its clients. */
export interface ClientPort {
  readonly port: number;
  readonly protocol: 'tcp' | 'udp';
}

/** Who may reach a cluster's machines. Networks are CIDR blocks. */
export interface NetworkWish {
  /** Groups that exist and are used instead of one that is made for the cluster. */
  readonly groupIds: readonly string[];
  readonly subnetIds: readonly string[];
  /** From where SSH is reached. */
  readonly sshFrom: readonly string[];
  readonly clientsFrom: readonly string[];
  /** Ports that are for clients. */
  readonly clientPorts: readonly ClientPort[];
}

/** The network that a cluster's machines are launched into. */
export interface Network {
  readonly groupIds: readonly string[];
  /** By zone; the zones' default subnets when empty. */
  readonly subnets: readonly { readonly id: string; readonly zone: string }[];
}

/** Something that still exists and carries the cluster's tags. */
export interface Leftover {
  readonly kind: LeftoverKind;
  readonly id: string;
  readonly state: string;
}

/** What a cluster may leave at a cloud. */
export type LeftoverKind =
  | 'instance'
  | 'spot-request'
  | 'volume'
  | 'address'
  | 'network-interface'
  | 'security-group'
  | 'key-pair'
  | 'host';

/** Something that carries our tags, whichever cluster's it is. */
export interface Owned extends Leftover {
  readonly cluster: ClusterRef;
  /** When it was made, in milliseconds since the epoch; null where the cloud does not say. */
  readonly createdAtMs: number | null;
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
  /** Whose machines these will be, as the cloud itself names the account; null where it does not tell. */
  account(): Promise<string | null>;
  /** The image as the cloud has it now; only looks. @throws {DeployerError} `unknown-image` */
  findImage(image: ImageWish): Promise<PreparedImage>;
  /**
   * Makes ready what a launch on this cloud needs and finds the image.
   * After failure nothing of the cluster exists.
   */
  prepare(image: ImageWish): Promise<PreparedImage>;
  /** What machines of each of these types are made of. */
  figures(instanceTypes: readonly string[]): Promise<ReadonlyMap<string, MachineFigures>>;
  /** Makes the cloud know the cluster's public key under `name`; an existing one of that name is kept. */
  importKey(cluster: ClusterRef, name: string, publicKey: string): Promise<void>;
  /** Makes the cluster's group, or brings the rules of an existing one to what is wished. */
  openNetwork(cluster: ClusterRef, wish: NetworkWish): Promise<Network>;
  /**
   * Launches in one call. After failure either nothing exists, or `describe` finds it, or the same request may be sent
   * again.
   */
  launch(request: LaunchRequest, secrets: LaunchSecrets): Promise<readonly Machine[]>;
  /** Gives machines that lack them their own names and ordinals as tags, for people and other tools; no truth depends on it. */
  label(cluster: ClusterRef, machines: readonly Machine[]): Promise<void>;
  /** Every machine that carries the cluster's uid, in one filtered call; terminated ones for as long as the cloud remembers them. */
  describe(uid: string): Promise<readonly Machine[]>;
  /**
   * The state of every machine of the cluster by its id, whatever its other tags say: also of one that `describe` cannot
   * place. Terminated ones for as long as the cloud remembers them.
   */
  machineStates(uid: string): Promise<ReadonlyMap<string, MachineState>>;
  /** The uids of live clusters with this name, for when the local state was lost. */
  discover(clusterName: string): Promise<readonly string[]>;
  start(ids: readonly string[]): Promise<void>;
  /** What the cloud's own checks have against machines that do not answer, in words, by their ids. */
  ailments(ids: readonly string[]): Promise<ReadonlyMap<string, string>>;
  /** Those of the machines that the cloud protects from being ended. */
  protectedAmong(ids: readonly string[]): Promise<readonly string[]>;
  /** Lets protected machines be ended. */
  unprotect(ids: readonly string[]): Promise<void>;
  /** Asks for the machines' end; they are gone only when `describe` says so. */
  terminate(ids: readonly string[]): Promise<void>;
  /** What the machine wrote to its console, newest part; empty when the cloud has nothing yet. */
  consoleOutput(id: string): Promise<string>;
  /** Removes what a cluster leaves besides machines, then looks for everything that still carries its tags. */
  sweep(uid: string): Promise<readonly Leftover[]>;
  /** How many calls were sent to the cloud so far, by what they ask for; none where nobody counts them. */
  calls(): ReadonlyMap<string, number>;
  /** Everything that carries our tags in this account, terminated machines left out. */
  owned(): Promise<readonly Owned[]>;
}
