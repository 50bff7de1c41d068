import { isAwsEndpoint } from '../endpoint-kinds.ts';
import { SourceError, type SourceProblem } from '../errors.ts';
import type { LoadedProfile } from './load-config.ts';
import type { HostDocument, ProfileDocument } from './profile-schema.ts';
import type { SecretRef } from './schema.ts';

/** Where a cluster is made, with every default filled in. */
export interface Profile {
  readonly about: string | undefined;
  /** Empty on machines that are there already. */
  readonly image: ImageChoice;
  /** In the order in which they are tried; empty on machines that are there already. */
  readonly instanceTypes: readonly string[];
  /** How big machines are where the cloud does not tell. */
  readonly size: ProfileDocument['size'];
  /** Undefined where the image or the host says. */
  readonly username: string | undefined;
  /** Nodes, when the profile says; else the recipe does. */
  readonly count: number | undefined;
  /** Zones that nodes are spread over; the cloud chooses when it is empty. */
  readonly zones: readonly string[];
  /** In the order in which they are tried. */
  readonly markets: readonly Market[];
  readonly network: NetworkChoice;
  readonly rootDisk: Disk | undefined;
  readonly disks: readonly ExtraDisk[];
  /** Role that machines have on AWS. */
  readonly instanceProfile: string | undefined;
  /** Whether machines are protected from being ended, and their removal is asked about. */
  readonly protect: boolean;
  /**
   * `console`: a machine's key is compared with what its console printed; `inject`: it is given one; `pinned`: trusted
   * once, then pinned; `strict`: known_hosts has it; `ca`: a certificate shows it.
   */
  readonly hostKeys: 'console' | 'inject' | 'pinned' | 'strict' | 'ca';
  /** The file that `strict` reads; the user's own when undefined. */
  readonly knownHosts: string | undefined;
  /** A public key or a file of one, which `ca` trusts. */
  readonly hostKeyAuthority: string | undefined;
  /** Host that machines are reached through. */
  readonly via: JumpHost | undefined;
  /** Machines that are there already. */
  readonly hosts: readonly OwnHost[];
  /** `nodes` where nodes fetch artifacts with an address by themselves. */
  readonly artifacts: 'push' | 'nodes';
  /** How long a new machine may take to answer. */
  readonly reachTimeoutMs: number;
}

/** An image's id or name; the newest of an owner's with a name; or the one that a public parameter of AWS names. */
export type ImageChoice = NonNullable<ProfileDocument['image']>;

/** An image in words. */
export function imageText(image: ImageChoice): string {
  if (typeof image === 'string') return image;
  return 'parameter' in image ? image.parameter : `${image.name} of ${image.owner}`;
}

/** How machines are paid for. */
export type Market = 'on-demand' | 'spot';

/** Who may reach the machines. */
export type NetworkChoice = ProfileDocument['network'];

/** What a disk is. */
export type Disk = NonNullable<ProfileDocument['rootDisk']>;

/** A disk besides the one that machines boot from. */
export type ExtraDisk = ProfileDocument['disks'][number];

/** A host that connections go through; what is left out ~/.ssh/config may say. */
export interface JumpHost {
  readonly host: string;
  readonly port?: number | undefined;
  readonly username?: string | undefined;
  /** File of its private key. */
  readonly key?: string | undefined;
}

/** A machine that is there already; what is left out ~/.ssh/config may say. */
export type OwnHost = HostDocument;

/** Which cloud, and who pays; secrets are references that `readSecret` follows when they are needed. */
export type Credentials =
  | { readonly kind: 'local'; readonly name: string }
  | { readonly kind: 'static'; readonly name: string }
  | {
      readonly kind: 'ec2';
      readonly name: string;
      readonly region: string | undefined;
      readonly endpoint: string | undefined;
      /** The only account that may answer. */
      readonly account: string | undefined;
      readonly awsProfile: string | undefined;
      readonly accessKey: SecretRef | undefined;
      readonly secretKey: SecretRef | undefined;
      readonly sessionToken: SecretRef | undefined;
    };

/** A cloud's machine boots in less than a minute; its first apt run or a slow console may take much longer. */
const defaultReachTimeoutMs = 300_000;

/**
 * The profile and its credentials with every default filled in.
 * @throws {SourceError} where the profile lacks what its kind of cloud needs, or has what it cannot use
 */
export function profileOf(loaded: LoadedProfile): { profile: Profile; credentials: Credentials } {
  const credentials = credentialsOf(loaded);
  assertFitting(loaded, credentials);
  const { profile: document } = loaded;
  const profile: Profile = {
    about: document.about,
    image: document.image ?? '',
    instanceTypes: document.instanceType ?? [],
    size: document.size,
    username: document.username ?? (credentials.kind === 'local' ? 'root' : undefined),
    count: document.count,
    zones: document.zones ?? [],
    markets: document.market ?? ['on-demand'],
    network: document.network,
    rootDisk: document.rootDisk,
    disks: document.disks,
    instanceProfile: document.instanceProfile,
    protect: document.protect,
    hostKeys: document.hostKeys ?? defaultHostKeys(credentials),
    knownHosts: document.knownHosts,
    hostKeyAuthority: document.hostKeyAuthority,
    via: document.via,
    hosts: document.hosts ?? [],
    artifacts: document.artifacts,
    reachTimeoutMs: document.timeouts.reach ?? defaultReachTimeoutMs,
  };
  return { profile, credentials };
}

const neededByClouds = ['image', 'instanceType'] as const;
const neededByStatic = ['hosts'] as const;

/** What a console shows is certain on our own cloud; AWS takes minutes to show it, but every image there takes a key. */
function defaultHostKeys(credentials: Credentials): Profile['hostKeys'] {
  if (credentials.kind === 'local') return 'console';
  return credentials.kind === 'ec2' && isAwsEndpoint(credentials.endpoint) ? 'inject' : 'pinned';
}

function assertFitting(loaded: LoadedProfile, { kind }: Credentials): void {
  const { name, profile, locate } = loaded;
  const isStatic = kind === 'static';
  const where = isStatic ? 'cloud: static' : 'a cloud';
  const complain = (key: keyof ProfileDocument, message: string): readonly SourceProblem[] => {
    const location = locate([key]) ?? locate([]);
    return location === undefined ? [] : [{ location, message }];
  };
  const problems = [
    ...(isStatic ? neededByStatic : neededByClouds)
      .filter((key) => profile[key] === undefined)
      .flatMap((key) => complain(key, `the profile "${name}" has no ${key}, which ${where} needs`)),
    ...(isStatic ? neededByClouds : neededByStatic)
      .filter((key) => profile[key] !== undefined)
      .flatMap((key) => complain(key, `${key} means nothing with ${where}`)),
    ...(isStatic && ['console', 'inject'].includes(profile.hostKeys ?? '')
      ? complain('hostKeys', `hostKeys: ${profile.hostKeys} is not possible with ${where}`)
      : []),
    ...(profile.hostKeys === 'ca' && profile.hostKeyAuthority === undefined
      ? complain('hostKeys', '`hostKeys: ca` needs hostKeyAuthority')
      : []),
  ];
  if (problems.length > 0) throw new SourceError(problems);
}

function credentialsOf({ credentials, profile }: LoadedProfile): Credentials {
  const { credentials: name } = profile;
  const { cloud, ...access } = credentials;
  if (cloud !== undefined) return { kind: cloud, name };
  const { region, endpoint, account, awsProfile, accessKey, secretKey, sessionToken } = access;
  return {
    ...{ kind: 'ec2', name, region, endpoint, account },
    ...{ awsProfile, accessKey, secretKey, sessionToken },
  };
}
