import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import {
  CreateTagsCommand,
  DescribeInstancesCommand,
  ImportKeyPairCommand,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { ensureBaseImage } from '../../../src/localcloud/base-image.ts';
import { imageIdOf } from '../../../src/localcloud/names.ts';
import { generatePrivateKey, publicKeyLine } from '../../../src/state/openssh-key.ts';
import { clientOf } from '../../contract/support/test-cloud.ts';
import { eventually } from './eventually.ts';
import { insideMachine } from './ground-truth.ts';
import type { Workspace } from './workspace.ts';

/** A machine that is there before any cluster. */
export interface OwnMachine {
  /** As the cloud has it, for looking inside. */
  readonly name: string;
  readonly address: string;
  /** What it prints when a script runs on it as root. */
  inside(script: string): Promise<string>;
}

/** The file of the key that logs in to all of them, in the workspace. */
export const keyFile = 'keys/mine';

/** Machines of the workspace's cloud that are nobody's yet, with a sshd that answers. */
export async function launchOwnMachines(
  workspace: Workspace,
  count: number,
): Promise<readonly OwnMachine[]> {
  const cloud = workspace.cloud();
  await ensureBaseImage(cloud, 'debian-12', { nowMs: Date.now(), onProgress: () => {} });
  const client = clientOf(cloud);
  const key = generatePrivateKey('mine');
  await workspace.write(keyFile, key);
  await chmod(join(workspace.folder, keyFile), 0o600);
  const PublicKeyMaterial = Buffer.from(publicKeyLine(key, 'mine') ?? '');
  await client.send(new ImportKeyPairCommand({ KeyName: 'mine', PublicKeyMaterial }));
  const ImageId = imageIdOf('debian-12');
  const some = { MinCount: count, MaxCount: count };
  await client.send(new RunInstancesCommand({ ImageId, KeyName: 'mine', ...some }));
  const { Reservations = [] } = await client.send(new DescribeInstancesCommand({}));
  const instances = Reservations.flatMap(({ Instances = [] }) => Instances);
  const machines = instances.map(({ InstanceId = '', PrivateIpAddress = '' }, index) => {
    const name = `own-${index + 1}`;
    const inside = (script: string) => insideMachine(workspace, name, script);
    return { id: InstanceId, name, address: PrivateIpAddress, inside };
  });
  for (const { id, name } of machines) {
    const Tags = [{ Key: 'Name', Value: name }];
    await client.send(new CreateTagsCommand({ Resources: [id], Tags }));
  }
  client.destroy();
  for (const { inside } of machines) {
    await eventually(
      async () => (await inside('systemctl is-active ssh').catch(() => '')) === 'active',
    );
  }
  return machines;
}

/** Lets a user log in that becomes root with sudo. */
export async function addSudoUser({ inside }: OwnMachine, user: string): Promise<void> {
  await inside(`
    command -v sudo >/dev/null || { apt-get update -qq; apt-get install -qq -y sudo; } >/dev/null 2>&1
    useradd --create-home --shell /bin/bash ${user}
    install -d -o ${user} -m 700 /home/${user}/.ssh
    install -o ${user} -m 600 /root/.ssh/authorized_keys /home/${user}/.ssh/authorized_keys
    echo '${user} ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers.d/${user}`);
}

/** Makes these lines the hosts of the profile `rack`. */
export async function writeRack(workspace: Workspace, hosts: readonly string[]): Promise<void> {
  const lines = hosts.map((host) => `  - ${host}\n`).join('');
  await workspace.write('profiles/rack.yml', `credentials: mine\nhosts:\n${lines}`);
}
