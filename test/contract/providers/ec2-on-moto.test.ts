import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, systemClock } from '../../../src/clock.ts';
import { openCapabilities } from '../../../src/providers/ec2/capability-source.ts';
import { openEc2Api } from '../../../src/providers/ec2/ec2-api.ts';
import { createEc2Provider } from '../../../src/providers/ec2/ec2-provider.ts';
import { launchToken } from '../../../src/providers/launch-token.ts';
import type { Provider } from '../../../src/providers/provider.ts';
import { launchRequest, publicKey } from '../../support/paper-ec2.ts';
import { startMoto } from '../support/moto.ts';
import { describeProviderContract, type ProviderUnderTest } from '../support/provider-contract.ts';

/** Where moto differs from AWS. */
const differs = { fails: { protect: 'moto forgets DisableApiTermination of a launch' } };

describeProviderContract('EC2, on moto', openOnMoto, differs);

/** A minute of waiting for what may only be late is five seconds here: moto is never late. */
const hurried: Clock = {
  now: () => systemClock.now(),
  monotonicMs: () => systemClock.monotonicMs() * 12,
  sleep: (ms, signal) => systemClock.sleep(ms / 12, signal),
};

async function openOnMoto(): Promise<ProviderUnderTest> {
  const moto = await startMoto();
  const cache = await mkdtemp(join(tmpdir(), 'deployer-moto-'));
  const open = async () => {
    const access = {
      ...{ region: 'us-east-1', endpoint: moto.endpoint },
      credentials: { accessKeyId: 'moto', secretAccessKey: 'moto' },
    };
    const api = await openEc2Api(access, { clock: hurried });
    const about = { cloud: 'moto', dialing: 'eager', pollMs: 50 } as const;
    return { api, provider: createEc2Provider(api, openCapabilities(api, cache), about) };
  };
  const { api, provider } = await open();
  const { Images = [] } = await api.client.send(new api.sdk.DescribeImagesCommand({}));
  const imageId = Images[0]?.ImageId ?? '';
  return {
    ...{ provider, publicKey, image: imageId, instanceType: 't3.small', clock: systemClock },
    network: {
      ...{ groupIds: [], subnetIds: [], sshFrom: ['192.0.2.1/32'] },
      ...{ clientsFrom: ['10.0.0.0/8'], clientPorts: [{ port: 2181, protocol: 'tcp' }] },
    },
    reopened: async (): Promise<Provider> => (await open()).provider,
    request: async (cluster, more) => {
      const request = launchRequest({ cluster, imageId, ...more });
      const { ordinals, incarnation } = request;
      return {
        ...request,
        token: launchToken({ uid: cluster.uid, ordinals, incarnation, pool: '' }),
      };
    },
    async [Symbol.asyncDispose]() {
      await moto[Symbol.asyncDispose]();
      await rm(cache, { recursive: true });
    },
  };
}
