import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EC2Client } from '@aws-sdk/client-ec2';
import { systemClock } from '../../../src/clock.ts';
import { ensureBaseImage } from '../../../src/localcloud/base-image.ts';
import { type LocalCloud, openCloud } from '../../../src/localcloud/cloud.ts';
import { takeCloudDown } from '../../../src/localcloud/down.ts';
import { cloudRequestHandler } from '../../../src/localcloud/request-handler.ts';
import { imagesDirectory } from '../../support/images.ts';

/** A cloud in a directory of its own, with the images of this computer's usual cloud. */
export interface TestCloud {
  readonly cloud: LocalCloud;
  readonly client: EC2Client;
  readonly imageId: string;
  /** The same cloud as another account sees it. */
  as(account: string): LocalCloud;
  /** Removes the cloud and all that was made for the test. */
  [Symbol.asyncDispose](): Promise<void>;
}

const prefix = 'deployer-contract-';

/** A new cloud. Those of earlier test runs that were killed are removed first, with their machines. */
export async function openTestCloud(): Promise<TestCloud> {
  await removeLeftovers();
  const directory = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  const cloud = cloudIn(directory);
  const imageId = await ensureBaseImage(cloud, 'debian-12', {
    nowMs: systemClock.now(),
    onProgress: () => {},
  });
  const client = clientOf(cloud);
  return {
    cloud,
    client,
    imageId,
    as: (account) => cloudIn(directory, account),
    async [Symbol.asyncDispose]() {
      client.destroy();
      await takeCloudDown(cloud, { all: true });
    },
  };
}

export function clientOf(cloud: LocalCloud): EC2Client {
  return new EC2Client({
    region: 'local-1',
    endpoint: 'http://localcloud.invalid',
    maxAttempts: 1,
    credentials: { accessKeyId: cloud.account, secretAccessKey: 'local' },
    requestHandler: cloudRequestHandler(cloud),
  });
}

function cloudIn(directory: string, account = 'AKTEST'): LocalCloud {
  return openCloud({ directory, imagesDirectory, account, clock: systemClock });
}

async function removeLeftovers(): Promise<void> {
  for (const name of (await readdir(tmpdir())).filter((each) => each.startsWith(prefix))) {
    const owner = Number.parseInt(name.slice(prefix.length), 10);
    if (!isAlive(owner)) await takeCloudDown(cloudIn(join(tmpdir(), name)), { all: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
