import { rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../errors.ts';
import type { LocalCloud } from './cloud.ts';
import { type Host, rootHalfDo, withHands } from './host.ts';

/**
 * Removes every trace of the cloud from this computer: machines, network, kernel settings, images, record and
 * directory. Images in a folder that several clouds share stay. When it fails it may be repeated.
 * @throws {UsageError} `cloud-in-use` when other accounts have machines and `all` is not set; nothing was touched.
 */
export async function takeCloudDown(
  cloud: LocalCloud,
  options: { readonly all: boolean },
): Promise<void> {
  const { host, account } = cloud;
  await withHands(host, async () => {
    if (!options.all) await refuseOthersMachines(host, account);
    await rootHalfDo(host, 'clear');
    // Only what a cloud makes: the folder may be somebody's that was named by mistake.
    for (const name of ['machines', 'trash', 'images', 'record.json', 'secret', 'server.json']) {
      await rm(join(host.directory, name), { recursive: true, force: true });
    }
    await rmdir(host.directory).catch(() => undefined);
  });
}

async function refuseOthersMachines(host: Host, account: string): Promise<void> {
  const { instances } = await host.store.read();
  const others = instances.filter(
    ({ account: owner, want }) => owner !== account && want !== 'terminated',
  );
  if (others.length === 0) return;
  throw new UsageError(
    'cloud-in-use',
    `${others.length} machines of the local cloud belong to other state folders`,
    {
      hint: '`deployer cloud` lists them; `deployer cloud down --all` removes them too.',
    },
  );
}
