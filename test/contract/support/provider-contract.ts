import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Clock } from '../../../src/clock.ts';
import type {
  ClusterRef,
  ImageWish,
  LaunchRequest,
  Machine,
  NetworkWish,
  Provider,
} from '../../../src/providers/provider.ts';

/** A provider, and what a test of the contract needs to know of its cloud. */
export interface ProviderUnderTest extends AsyncDisposable {
  readonly provider: Provider;
  readonly clock: Clock;
  /** The same cloud as another process sees it. */
  reopened(): Promise<Provider>;
  /** An image that there is, and an instance type. */
  readonly image: ImageWish;
  readonly instanceType: string;
  readonly network: NetworkWish;
  readonly publicKey: string;
  /** A launch of a cluster's machines; what matters to the test it says. */
  request(cluster: ClusterRef, more: Partial<LaunchRequest>): Promise<LaunchRequest>;
}

/** Every sentence of the contract. */
const sentences = {
  image: 'an image that there is is found again by the id that it was found with',
  figures: 'what machines are made of is told for a type that there is, or for none',
  account: 'the account is the same each time it is asked for',
  network: 'a network that is open already is the same one',
  key: 'a key is imported once, however often',
  launch: 'machines are launched with the ordinals and incarnation that were asked for',
  twice: 'the same launch sent twice, also by another process, is one launch (B1)',
  describe: 'machines come up with an address, and any process sees them',
  label: 'machines are labelled once, and it may be done again',
  others: "other clusters' machines are not seen",
  replace: 'another incarnation of a node is another machine',
  discover: 'a cluster is found by its name as long as it has machines',
  start: 'machines that run may be started',
  console: 'a console can be asked for, whether it has anything or not',
  ailments: 'machines without ailments have none',
  protect: 'a protected machine is told as such, and ended once that is lifted (B16)',
  owned: 'all that carries our tags is told with its cluster (B18)',
  leftover: 'a machine that runs is left behind by a sweep, and told (B17)',
  terminate: 'machines end, and asking again for their end is no error (B17)',
  unknown: 'the end of a machine that nobody knows is no error',
  sweep: 'nothing is left after the sweep, which may be repeated (B17)',
} as const;

/** A sentence of the contract, by its short name. */
export type Sentence = keyof typeof sentences;

/** Where an implementation or its peer differs, each with the reason. */
export interface ContractExceptions {
  /** What is tried, and known to fail; it has to be taken off this list once it no longer does. */
  readonly fails?: Partial<Record<Sentence, string>>;
  /** What makes no sense there. */
  readonly lacks?: Partial<Record<Sentence, string>>;
}

const one: ClusterRef = { uid: 'aaaaaaaa-0000-4000-8000-000000000001', name: 'contract-one' };
const two: ClusterRef = { uid: 'bbbbbbbb-0000-4000-8000-000000000002', name: 'contract-two' };

/** The contract of `Provider`, as tests; they tell one story and go in order. */
export function describeProviderContract(
  name: string,
  open: () => Promise<ProviderUnderTest>,
  { fails = {}, lacks = {} }: ContractExceptions = {},
): void {
  describe.sequential(`a provider: ${name}`, () => {
    let under: ProviderUnderTest;
    let provider: Provider;
    let groupIds: readonly string[] = [];

    beforeAll(async () => {
      under = await open();
      ({ provider } = under);
    });
    afterAll(() => under?.[Symbol.asyncDispose]());

    const holds = (sentence: Sentence, work: () => Promise<void>) => {
      const reason = fails[sentence] ?? lacks[sentence];
      const title =
        reason === undefined ? sentences[sentence] : `${sentences[sentence]}: ${reason}`;
      const run = sentence in lacks ? test.skip : sentence in fails ? test.fails : test;
      run(title, work);
    };
    const keyOf = ({ name: cluster, uid }: ClusterRef) => `deployer-${cluster}-${uid.slice(0, 8)}`;
    const request = async (cluster: ClusterRef, more: Partial<LaunchRequest> = {}) =>
      under.request(cluster, { groupIds, keyName: keyOf(cluster), ...more });
    const launch = async (cluster: ClusterRef, more: Partial<LaunchRequest> = {}) =>
      provider.launch(await request(cluster, more), { hostKey: null });
    const living = async (cluster: ClusterRef, by = provider) =>
      (await by.describe(cluster.uid))
        .filter(({ state }) => state !== 'terminated' && state !== 'shutting-down')
        .toSorted((left, right) => left.ordinal - right.ordinal);
    const until = async (isSo: (machines: readonly Machine[]) => boolean, cluster = one) => {
      for (let look = 0; ; look += 1) {
        const machines = await provider.describe(cluster.uid);
        if (isSo(machines)) return machines;
        if (look > 120) throw new Error(`still ${JSON.stringify(machines)}`);
        await under.clock.sleep(provider.pollMs);
      }
    };
    const endAll = async (cluster: ClusterRef) => {
      await provider.terminate((await living(cluster)).map(({ id }) => id));
      await until((machines) => machines.every(({ state }) => state === 'terminated'), cluster);
    };

    holds('image', async () => {
      const found = await provider.prepare(under.image);
      expect((await provider.prepare(found.id)).id).toBe(found.id);
    });
    holds('figures', async () => {
      const figures = await provider.figures([under.instanceType]);
      for (const { memoryMib, cpus } of figures.values()) {
        expect(memoryMib).toBeGreaterThan(0);
        expect(cpus).toBeGreaterThan(0);
      }
    });
    holds('account', async () => {
      expect(await provider.account()).toBe(await (await under.reopened()).account());
    });
    holds('network', async () => {
      const network = await provider.openNetwork(one, under.network);
      const again = await (await under.reopened()).openNetwork(one, under.network);
      expect(again).toEqual(network);
      ({ groupIds } = network);
    });
    holds('key', async () => {
      await provider.importKey(one, keyOf(one), under.publicKey);
      await (await under.reopened()).importKey(one, keyOf(one), under.publicKey);
    });
    holds('launch', async () => {
      const machines = await launch(one, { ordinals: [1, 2, 4] });
      expect(machines.map(({ ordinal, incarnation }) => [ordinal, incarnation])).toEqual([
        [1, 1],
        [2, 1],
        [4, 1],
      ]);
    });
    holds('twice', async () => {
      const again = await launch(one, { ordinals: [1, 2, 4] });
      const elsewhere = await (await under.reopened()).launch(
        await request(one, { ordinals: [1, 2, 4] }),
        { hostKey: null },
      );
      expect(elsewhere.map(({ id }) => id).sort()).toEqual(again.map(({ id }) => id).sort());
      expect(await living(one)).toHaveLength(3);
    });
    holds('describe', async () => {
      const up = await until((machines) =>
        machines.every(({ state, address }) => state === 'running' && address !== undefined),
      );
      const elsewhere = await living(one, await under.reopened());
      expect(elsewhere.map(({ id }) => id).sort()).toEqual(up.map(({ id }) => id).sort());
      const states = await (await under.reopened()).machineStates(one.uid);
      expect(states).toEqual(new Map(up.map(({ id, state }) => [id, state])));
    });
    holds('label', async () => {
      await provider.label(one, await living(one));
      await provider.label(one, await living(one));
      expect((await living(one)).every(({ isLabelled }) => isLabelled)).toBe(true);
    });
    holds('others', async () => {
      await provider.importKey(two, keyOf(two), under.publicKey);
      await launch(two, { ordinals: [1], groupIds: [] });
      expect(await living(two)).toHaveLength(1);
      expect(await living(one)).toHaveLength(3);
    });
    holds('replace', async () => {
      const [first] = await living(one);
      await provider.terminate([first?.id ?? '']);
      const [next] = await launch(one, { ordinals: [1], incarnation: 2 });
      expect(next?.id).not.toBe(first?.id);
      const [replaced] = await living(one);
      expect(replaced).toMatchObject({ ordinal: 1, incarnation: 2 });
    });
    holds('discover', async () => {
      expect(await (await under.reopened()).discover(one.name)).toEqual([one.uid]);
      expect(await provider.discover('contract-none')).toEqual([]);
    });
    holds('start', async () => {
      await until((machines) => !machines.some(({ state }) => state === 'pending'));
      await provider.start((await living(one)).map(({ id }) => id));
      expect(await living(one)).toHaveLength(3);
    });
    holds('console', async () => {
      const [machine] = await living(one);
      expect(typeof (await provider.consoleOutput(machine?.id ?? ''))).toBe('string');
    });
    holds('ailments', async () => {
      expect((await provider.ailments((await living(one)).map(({ id }) => id))).size).toBe(0);
    });
    holds('protect', async () => {
      const [machine] = await launch(two, { ordinals: [2], groupIds: [], protect: true });
      const ids = [machine?.id ?? ''];
      expect(await provider.protectedAmong(ids)).toEqual(ids);
      await expect(provider.terminate(ids)).rejects.toMatchObject({ retryable: false });
      await provider.unprotect(ids);
      expect(await provider.protectedAmong(ids)).toEqual([]);
      await provider.terminate(ids);
    });
    holds('owned', async () => {
      const owned = (await provider.owned()).filter(isMachine);
      const names = owned
        .filter(({ state }) => state !== 'shutting-down')
        .map(({ cluster }) => cluster.name);
      expect(names.filter((each) => each === one.name)).toHaveLength(3);
    });
    holds('leftover', async () => {
      const left = await provider.sweep(two.uid);
      expect(left.filter(isMachine)).not.toEqual([]);
    });
    holds('terminate', async () => {
      const ids = (await living(one)).map(({ id }) => id);
      await endAll(one);
      await provider.terminate(ids);
      expect(await living(one)).toEqual([]);
      await endAll(two);
    });
    holds('unknown', async () => {
      await provider.terminate(['i-0123456789abcdef0']);
    });
    holds('sweep', async () => {
      expect(await provider.sweep(two.uid)).toEqual([]);
      expect(await provider.sweep(one.uid)).toEqual([]);
      expect(await (await under.reopened()).sweep(one.uid)).toEqual([]);
      expect(await provider.discover(one.name)).toEqual([]);
      const ours = (await provider.owned()).filter(({ cluster }) => cluster.uid === one.uid);
      expect(ours).toEqual([]);
    });
  });
}

function isMachine({ kind }: { readonly kind: string }): boolean {
  return kind === 'instance' || kind === 'host';
}
