import { DeployerError } from '../../../../src/errors.ts';
import type { LaunchRequest } from '../../../../src/providers/provider.ts';
import type { Claim, Host } from '../../../../src/providers/static/host.ts';
import type { StaticDeps } from '../../../../src/providers/static/park.ts';

/** A machine in memory, and what happens to it behind everybody's back. */
export interface FakeHost extends Host {
  claimed: Claim | null;
  worksFor: { readonly uid: string; readonly cluster: string } | null;
  isSilent: boolean;
  /** What every look at it fails with. */
  refusal: Error | null;
  /** Done just before the next claim is made. */
  beforeClaim: () => void;
}

/** A machine that answers and is nobody's. */
export function fakeHost(id: string, { zone = '', isListed = true } = {}): FakeHost {
  const silence = new DeployerError('ssh-unreachable', `${id}: port 22 did not answer`);
  const host: FakeHost = {
    ...{ id, address: id, publicAddress: undefined, zone, isListed },
    ...{ claimed: null, worksFor: null, isSilent: false, refusal: null, beforeClaim: () => {} },
    login: {
      ...{ address: id, port: 22, username: 'root', keyFiles: [], agent: undefined },
      ...{ onlyThese: false, names: [id], knownHostsFiles: [], via: [] },
    },
    look: async () => {
      if (host.isSilent) throw silence;
      if (host.refusal !== null) throw host.refusal;
      const figures = { memoryMib: 1_024, cpus: 2 };
      return { claim: host.claimed, worksFor: host.worksFor, figures };
    },
    claim: async (claim) => {
      host.beforeClaim();
      if (host.isSilent) throw silence;
      host.claimed ??= claim;
      return host.claimed;
    },
    leave: async (uid) => {
      if (host.claimed?.uid === uid) host.claimed = null;
    },
  };
  return host;
}

/** What the provider needs besides, and what it warned of. */
export function fakeDeps(remembered: StaticDeps['remembered'] = []) {
  const warnings: string[] = [];
  let nowMs = 0;
  const deps: StaticDeps = {
    remembered,
    now: () => 1,
    monotonicMs: () => nowMs,
    warn: (message) => void warnings.push(message),
  };
  const pass = (ms: number) => {
    nowMs += ms;
  };
  return { deps, warnings, pass };
}

/** The launch of these nodes of the cluster `u`. */
export function launchOf(
  ordinals: readonly number[],
  changes: Partial<LaunchRequest> = {},
): LaunchRequest {
  return {
    ...{ cluster: { uid: 'u', name: 'demo-rack' }, token: 't', incarnation: 1, ordinals },
    ...{ atLeastOne: false, imageId: '', keyName: '', operatorKeys: [], loginKey: null },
    ...{ groupIds: [], subnetId: null, publicAddress: null, disks: [], hostKey: null },
    ...{ instanceProfile: null, protect: false },
    pool: { instanceType: '', zone: null, market: 'on-demand' },
    ...changes,
  };
}
