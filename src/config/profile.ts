import type { LoadedProfile } from './load-config.ts';
import type { SecretRef } from './schema.ts';

/** Where a cluster is made, with every default filled in. */
export interface Profile {
  readonly about: string | undefined;
  readonly image: string;
  readonly instanceType: string;
  readonly username: string;
  /** Nodes, when the profile says; else the recipe does. */
  readonly count: number | undefined;
  /** `console`: a machine's key is compared with what its console printed; `pinned`: trusted once, then pinned. */
  readonly hostKeys: 'console' | 'pinned';
  /** `nodes` where nodes fetch artifacts with an address by themselves. */
  readonly artifacts: 'push' | 'nodes';
  /** How long a new machine may take to answer. */
  readonly reachTimeoutMs: number;
}

/** Which cloud, and who pays; secrets are references that `readSecret` follows when they are needed. */
export type Credentials =
  | { readonly kind: 'local'; readonly name: string }
  | {
      readonly kind: 'ec2';
      readonly name: string;
      readonly region: string | undefined;
      readonly endpoint: string | undefined;
      readonly awsProfile: string | undefined;
      readonly accessKey: SecretRef | undefined;
      readonly secretKey: SecretRef | undefined;
      readonly sessionToken: SecretRef | undefined;
    };

/** A cloud's machine boots in less than a minute; its first apt run or a slow console may take much longer. */
const defaultReachTimeoutMs = 300_000;

/** The profile and its credentials with every default filled in. */
export function profileOf(loaded: LoadedProfile): { profile: Profile; credentials: Credentials } {
  const credentials = credentialsOf(loaded);
  const { about, image, instanceType, username, count, hostKeys, artifacts, timeouts } =
    loaded.profile;
  const profile = {
    about,
    image,
    instanceType,
    username,
    count,
    hostKeys: hostKeys ?? (credentials.kind === 'local' ? 'console' : 'pinned'),
    artifacts,
    reachTimeoutMs: timeouts.reach ?? defaultReachTimeoutMs,
  };
  return { profile, credentials };
}

function credentialsOf({ credentials, profile }: LoadedProfile): Credentials {
  const name = profile.credentials;
  if (credentials.cloud === 'local') return { kind: 'local', name };
  const { region, endpoint, awsProfile, accessKey, secretKey, sessionToken } = credentials;
  return { kind: 'ec2', name, region, endpoint, awsProfile, accessKey, secretKey, sessionToken };
}
