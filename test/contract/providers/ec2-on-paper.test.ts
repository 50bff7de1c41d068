import { launchToken } from '../../../src/providers/launch-token.ts';
import { launchRequest, openPaperEc2, publicKey } from '../../support/paper-ec2.ts';
import { describeProviderContract, type ProviderUnderTest } from '../support/provider-contract.ts';

for (const personality of ['aws', 'eucalyptus', 'openstack'] as const) {
  describeProviderContract(`EC2, on machines of paper like ${personality}'s`, async () => {
    const paper = await openPaperEc2(personality);
    const { provider, clock } = paper;
    return {
      ...{ provider, clock, publicKey, image: 'debian-12', instanceType: 't3.small' },
      network: {
        ...{ groupIds: [], subnetIds: [], sshFrom: ['192.0.2.1/32'] },
        ...{ clientsFrom: ['10.0.0.0/8'], clientPorts: [{ port: 2181, protocol: 'tcp' }] },
      },
      reopened: async () => (await paper.reopened()).provider,
      request: async (cluster, more) => {
        const request = launchRequest({ cluster, ...more });
        const { ordinals, incarnation } = request;
        return {
          ...request,
          token: launchToken({ uid: cluster.uid, ordinals, incarnation, pool: '' }),
        };
      },
      [Symbol.asyncDispose]: async () => paper.remove(),
    } satisfies ProviderUnderTest;
  });
}
