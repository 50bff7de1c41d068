import { systemClock } from '../../../src/clock.ts';
import { launchToken } from '../../../src/providers/launch-token.ts';
import { createStaticProvider } from '../../../src/providers/static/static-provider.ts';
import { publicKey } from '../../support/paper-ec2.ts';
import { fakeDeps, fakeHost, launchOf } from '../../unit/providers/static/fake-hosts.ts';
import { describeProviderContract, type ProviderUnderTest } from '../support/provider-contract.ts';

describeProviderContract(
  'machines of your own, in memory',
  async () => {
    const hosts = ['a', 'b', 'c', 'd', 'e'].map((id) => fakeHost(id));
    return {
      ...{ provider: createStaticProvider(hosts, fakeDeps().deps), clock: systemClock, publicKey },
      ...{ image: '', instanceType: '' },
      network: {
        ...{ groupIds: [], subnetIds: [], sshFrom: [], clientsFrom: [], clientPorts: [] },
      },
      reopened: async () => createStaticProvider(hosts, fakeDeps().deps),
      request: async (cluster, more) => {
        const request = launchOf([1], { cluster, ...more });
        const { ordinals, incarnation } = request;
        const token = launchToken({ uid: cluster.uid, ordinals, incarnation, pool: '' });
        return { ...request, token };
      },
      [Symbol.asyncDispose]: async () => {},
    } satisfies ProviderUnderTest;
  },
  {
    lacks: {
      replace: 'a machine that was given back may be the next one that is taken',
      start: 'only who owns a machine can start it',
      protect: 'nobody but its owner ends a machine',
    },
  },
);
