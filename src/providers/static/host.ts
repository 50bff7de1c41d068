import type { MachineFigures, MachineLogin } from '../provider.ts';

/** Which cluster a machine works for, and as which of its nodes. */
export interface Claim {
  readonly uid: string;
  readonly cluster: string;
  readonly ordinal: number;
  readonly incarnation: number;
  /** Idempotency token of the launch that claimed it. */
  readonly token: string;
  /** When, in milliseconds since the epoch. */
  readonly at: number;
}

/** What a machine says of itself. */
export interface HostSight {
  /** Null when no cluster has claimed it. */
  readonly claim: Claim | null;
  /** The cluster that it was set up for, claimed or not. */
  readonly worksFor: { readonly uid: string; readonly cluster: string } | null;
  readonly figures: MachineFigures;
}

/** A machine that is there already, as this room uses it. Each call may be repeated after any failure. */
export interface Host {
  /** As the profile names it. */
  readonly id: string;
  /** By which other machines know it. */
  readonly address: string;
  readonly publicAddress: string | undefined;
  /** What fails together with it; empty where nobody says. */
  readonly zone: string;
  readonly login: MachineLogin;
  /** Whether the profile still names it; else it is only remembered. */
  readonly isListed: boolean;
  /** @throws {DeployerError} when it does not answer soon, or does not let us work on it */
  look(): Promise<HostSight>;
  /** Claims it unless it is claimed already; the claim that holds then. */
  claim(claim: Claim): Promise<Claim>;
  /** Undoes what was applied to it for the cluster, the claim last; nothing happens where the cluster has none. */
  leave(uid: string): Promise<void>;
}
