import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { vi } from 'vitest';
import { type CloudCall, type LocalCloud, openCloud } from '../../src/localcloud/cloud.ts';
import { setMisbehaviour } from '../../src/localcloud/misbehaviour.ts';
import { imageIdOf } from '../../src/localcloud/names.ts';
import type { PersonalityName } from '../../src/localcloud/personality.ts';
import { cloudRequestHandler } from '../../src/localcloud/request-handler.ts';
import type { Capabilities } from '../../src/providers/ec2/capabilities.ts';
import { complete } from '../../src/providers/ec2/capabilities.ts';
import {
  type CapabilitySource,
  fixedCapabilities,
  openCapabilities,
} from '../../src/providers/ec2/capability-source.ts';
import { type Ec2Api, openEc2Api } from '../../src/providers/ec2/ec2-api.ts';
import { createEc2Provider } from '../../src/providers/ec2/ec2-provider.ts';
import type { LaunchRequest, Provider } from '../../src/providers/provider.ts';
import { type SimulatedClock, simulatedClock } from './simulated-clock.ts';

// The SDK alone takes seconds to load where others use the computer too.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

/** The provider, and the cloud of records that it works on, in a time that passes only when both wait. */
export interface PaperEc2 {
  readonly provider: Provider;
  readonly api: Ec2Api;
  readonly capabilities: CapabilitySource;
  readonly cloud: LocalCloud;
  readonly clock: SimulatedClock;
  /** Every call that the cloud has answered. */
  readonly calls: CloudCall[];
  readonly throttles: string[];
  /** The names of the actions that the cloud was asked for since the last time. */
  takeActions(): readonly string[];
  /** The same cloud as another process sees it. */
  reopened(): Promise<PaperEc2>;
  /** Tells the cloud what to do wrong from now on. */
  misbehave(...specs: readonly string[]): Promise<void>;
  remove(): void;
}

export const cluster = { uid: '0123abcd-0000-4000-8000-000000000000', name: 'hello-test' };
export const keyName = 'deployer-hello-test-0123abcd';
export const publicKey =
  'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKJ0y0bD1eHqv1rP6f3o5c1Jm2q5rXnS2m0b4f2k7w9x me';

/** A launch of `debian-12`; what matters to a test it says. */
export function launchRequest(more: Partial<LaunchRequest> = {}): LaunchRequest {
  const ordinals = more.ordinals ?? [1, 2, 3];
  return {
    cluster,
    token: `token-${ordinals.join('-')}`.slice(0, 64),
    incarnation: 1,
    ordinals,
    atLeastOne: false,
    imageId: imageIdOf('debian-12'),
    pool: { instanceType: 't3.small', zone: null, market: 'on-demand' },
    keyName,
    operatorKeys: [],
    loginKey: publicKey,
    groupIds: [],
    subnetId: null,
    publicAddress: null,
    disks: [],
    instanceProfile: null,
    protect: false,
    hostKey: null,
    ...more,
  };
}

export const noSecrets = { hostKey: null };

/** A new paper cloud. One that is not like AWS is asked what it can do, unless the test knows. */
export function openPaperEc2(
  personality: PersonalityName = 'aws',
  known?: Capabilities,
): Promise<PaperEc2> {
  // The cloud syncs its record to the disk with every change; in memory that costs nothing.
  const root = existsSync('/dev/shm') ? '/dev/shm' : tmpdir();
  const directory = mkdtempSync(join(root, 'deployer-paper-'));
  return openIn(directory, personality, known, simulatedClock());
}

async function openIn(
  directory: string,
  personality: PersonalityName,
  known: Capabilities | undefined,
  clock: SimulatedClock,
): Promise<PaperEc2> {
  const calls: CloudCall[] = [];
  const throttles: string[] = [];
  const cloud = openCloud({
    ...{ directory, personality, clock: clock.inside, account: 'AKPAPER' },
    paper: { bootMs: 1_000, stopMs: 500 },
    onCall: (call) => calls.push(call),
  });
  const handler = cloudRequestHandler(cloud);
  const access = {
    ...{ region: 'local-1', endpoint: `http://${personality}.invalid` },
    credentials: { accessKeyId: cloud.account, secretAccessKey: 'paper' },
    requestHandler: {
      ...handler,
      handle: (...request: Parameters<typeof handler.handle>) =>
        clock.during(() => handler.handle(...request)),
    },
  };
  const onThrottle = (text: string) => throttles.push(text);
  const api = await openEc2Api(access, { clock, onThrottle, random: () => 0.5 });
  const assumed = personality === 'aws' ? complete : known;
  const capabilities =
    assumed === undefined ? openCapabilities(api, directory) : fixedCapabilities(assumed);
  const provider = createEc2Provider(api, capabilities, {
    ...{ cloud: personality, dialing: 'eager', pollMs: 1_000 },
  });
  let seen = 0;
  return {
    ...{ provider, api, capabilities, cloud, clock, calls, throttles },
    takeActions: () => {
      const fresh = calls.slice(seen);
      seen = calls.length;
      return fresh.map(({ action }) => action);
    },
    reopened: () => openIn(directory, personality, known, clock),
    misbehave: async (...specs) => {
      await setMisbehaviour(cloud, specs);
    },
    remove: () => rmSync(directory, { recursive: true, force: true }),
  };
}
