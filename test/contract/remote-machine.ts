import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  DescribeInstancesCommand,
  EC2Client,
  GetConsoleOutputCommand,
  ImportKeyPairCommand,
  RebootInstancesCommand,
  RunInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2';
import { systemClock } from '../../src/clock.ts';
import { ensureBaseImage } from '../../src/localcloud/base-image.ts';
import { openCloud } from '../../src/localcloud/cloud.ts';
import { accountOf, cloudDirectory, imagesDirectory } from '../../src/localcloud/names.ts';
import { cloudRequestHandler } from '../../src/localcloud/request-handler.ts';
import type { ConnectTarget } from '../../src/remote/connect.ts';
import { generateKey } from '../unit/remote/sshd.ts';

/** A machine of a cloud of its own, that boots while this is returned. */
export interface Machine {
  readonly target: (changes?: Partial<ConnectTarget>) => ConnectTarget;
  console(): Promise<string>;
  reboot(): Promise<void>;
  /** Removes the machine and its cloud. */
  remove(): Promise<void>;
}

export async function launchMachine(): Promise<Machine> {
  const directory = mkdtempSync(join(tmpdir(), 'deployer-remote-'));
  const cloud = openCloud({
    directory,
    imagesDirectory: imagesDirectory(cloudDirectory(process.env), process.env),
    account: accountOf(directory),
    clock: systemClock,
  });
  const client = new EC2Client({
    region: 'local-1',
    endpoint: 'http://localcloud.invalid',
    maxAttempts: 1,
    credentials: { accessKeyId: cloud.account, secretAccessKey: 'local' },
    requestHandler: cloudRequestHandler(cloud),
  });
  const ids: string[] = [];
  const remove = async () => {
    if (ids.length > 0) await client.send(new TerminateInstancesCommand({ InstanceIds: ids }));
    // The next look at the cloud ends what the termination began.
    await client.send(new DescribeInstancesCommand({}));
    client.destroy();
    rmSync(directory, { recursive: true, force: true });
  };
  try {
    const ImageId = await ensureBaseImage(cloud, 'debian-12', {
      onProgress: () => {},
      nowMs: systemClock.now(),
    });
    const key = generateKey();
    const KeyName = 'remote';
    const PublicKeyMaterial = Buffer.from(key.public);
    await client.send(new ImportKeyPairCommand({ KeyName, PublicKeyMaterial }));
    const launch = { ImageId, KeyName, MinCount: 1, MaxCount: 1 };
    const { Instances = [] } = await client.send(new RunInstancesCommand(launch));
    const { InstanceId = '', PrivateIpAddress = '' } = Instances[0] ?? {};
    ids.push(InstanceId);
    return {
      target: (changes = {}) => ({
        node: 'node-1',
        address: PrivateIpAddress,
        port: 22,
        username: 'root',
        privateKey: key.private,
        verifyHostKey: async () => {},
        timeoutMs: 20_000,
        dialing: 'eager',
        ...changes,
      }),
      console: async () => {
        const { Output = '' } = await client.send(new GetConsoleOutputCommand({ InstanceId }));
        return Buffer.from(Output, 'base64').toString();
      },
      reboot: async () => {
        await client.send(new RebootInstancesCommand({ InstanceIds: ids }));
      },
      remove,
    };
  } catch (error) {
    await remove();
    throw error;
  }
}
