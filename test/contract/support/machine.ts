import {
  DescribeInstancesCommand,
  GetConsoleOutputCommand,
  ImportKeyPairCommand,
  RebootInstancesCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import type { ConnectTarget } from '../../../src/remote/connect.ts';
import { generateKey } from './sshd.ts';
import { openTestCloud } from './test-cloud.ts';

/** A machine of a cloud of its own, that boots while this is returned. */
export interface Machine {
  /** Who has it is let in as root. */
  readonly key: { readonly private: string; readonly public: string };
  readonly target: (changes?: Partial<ConnectTarget>) => ConnectTarget;
  console(): Promise<string>;
  reboot(): Promise<void>;
  /** Removes the machine and its cloud. */
  remove(): Promise<void>;
}

export async function launchMachine(): Promise<Machine> {
  const own = await openTestCloud();
  const { client, imageId: ImageId } = own;
  try {
    const key = generateKey();
    const KeyName = 'test';
    const PublicKeyMaterial = Buffer.from(key.public);
    await client.send(new ImportKeyPairCommand({ KeyName, PublicKeyMaterial }));
    await client.send(new RunInstancesCommand({ ImageId, KeyName, MinCount: 1, MaxCount: 1 }));
    const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}));
    const { InstanceId = '', PrivateIpAddress = '' } = Reservations[0]?.Instances?.[0] ?? {};
    return {
      key,
      target: (changes = {}) => ({
        node: 'node-1',
        address: PrivateIpAddress,
        port: 22,
        username: 'root',
        identities: [{ privateKey: key.private }],
        verifyHostKey: async () => {},
        timeoutMs: 30_000,
        dialing: 'eager',
        ...changes,
      }),
      console: async () => {
        const { Output = '' } = await client.send(new GetConsoleOutputCommand({ InstanceId }));
        return Buffer.from(Output, 'base64').toString();
      },
      reboot: async () => {
        await client.send(new RebootInstancesCommand({ InstanceIds: [InstanceId] }));
      },
      remove: () => own[Symbol.asyncDispose](),
    };
  } catch (error) {
    await own[Symbol.asyncDispose]();
    throw error;
  }
}
