import { randomBytes } from 'node:crypto';
import { networkInterfaces } from 'node:os';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { chunkBytes } from '../../src/artifacts/chunks.ts';
import { type DeliverOptions, deliver } from '../../src/artifacts/deliver.ts';
import { systemClock } from '../../src/clock.ts';
import { placeOf } from '../../src/node/steps/artifact.ts';
import { connect } from '../../src/remote/connect.ts';
import type { Remote } from '../../src/remote/remote.ts';
import { canHaveMachines } from '../support/images.ts';
import { temporaryFolders } from '../support/temporary-folder.ts';
import { file, startFileServer } from '../unit/artifacts/support/file-server.ts';
import { digestOf, sampleArtifact } from '../unit/artifacts/support/sample-artifact.ts';
import { look, put, told } from '../unit/node/fixtures.ts';
import { launchMachine, type Machine } from './support/machine.ts';
import { startProxy } from './support/proxy.ts';
import { deps } from './support/sshd.ts';

/** Like the jars of a server: one big file, some of middle size, many small ones; 60 MB together. */
function jars(): Record<string, Buffer> {
  const sizes = [11_000_000, ...Array(9).fill(3_000_000), ...Array(90).fill(240_000)];
  return Object.fromEntries(sizes.map((size, index) => [`lib/${index}.jar`, randomBytes(size)]));
}

describe.skipIf(!canHaveMachines)('artifacts on a Debian 12 machine', () => {
  const newFolder = temporaryFolders();
  let machine: Machine;
  let remote: Remote;
  beforeAll(async () => {
    machine = await launchMachine();
    remote = await connect(machine.target(), deps);
  });
  afterAll(async () => {
    await remote?.close();
    await machine?.remove();
  });

  const sh = async (command: string) => (await remote.exec(command)).stdout.toString();
  const bring = (
    artifact: ReturnType<typeof sampleArtifact>,
    options: Partial<DeliverOptions> & { readonly through?: Remote } = {},
  ) => {
    const { through = remote, ...rest } = options;
    return deliver(through, [artifact], { clock: systemClock, onProgress: () => {}, ...rest });
  };

  test('60 MB arrive whole, are put into place, and cost one exchange the next time', async () => {
    const files = jars();
    const artifact = sampleArtifact(newFolder(), { files });
    const step = { artifact: artifact.step };
    await bring(artifact);
    expect(told(await put(remote, step))).toEqual(['changed: not there']);
    expect(told(await look(remote, step))).toEqual(['ok']);
    await bring(artifact);
    expect(artifact.asked()).toBe(1);
    const sums = await sh('cd /srv/sample/current && sha256sum $(find lib -type f | sort)');
    const names = Object.keys(files).sort();
    const expected = names.map((name) => `${digestOf(files[name] ?? '').slice(7)}  ${name}\n`);
    expect(sums).toBe(expected.join(''));
    await sh('rm /srv/sample/current/lib/7.jar; truncate -s 9 /srv/sample/current/lib/8.jar');
    expect(told(await look(remote, step))).toEqual(['would-change: damaged: lib/7.jar']);
    await bring(artifact);
    expect(told(await put(remote, step))).toEqual(['changed: damaged: lib/7.jar']);
    expect(await sh('cd /srv/sample/current && sha256sum lib/7.jar lib/8.jar')).toBe(
      ['lib/7.jar', 'lib/8.jar']
        .map((name) => `${digestOf(files[name] ?? '').slice(7)}  ${name}\n`)
        .join(''),
    );
  });

  test('a delivery whose connection is cut again and again goes on with what is missing', async () => {
    const { address, port } = machine.target();
    await using proxy = await startProxy(port, address);
    const through = await connect(machine.target({ address: '127.0.0.1', port: proxy.port }), deps);
    const content = randomBytes(24 * chunkBytes);
    const artifact = sampleArtifact(newFolder(), { files: { big: content }, version: '2.0' });
    const cutAt = new Set([3, 9, 16].map((parts) => Math.round((parts * chunkBytes) / 1e6)));
    let told = 0;
    const onProgress = (text: string) => {
      const reached = Number(/ (\d+)(\.\d)? of/.exec(text)?.[1]);
      told += 1;
      if (cutAt.delete(reached)) proxy.cut();
    };
    await bring(artifact, { through, onProgress });
    await through.close();
    expect(proxy.accepted).toBeGreaterThanOrEqual(3);
    // Each part is told once: what the node had before a cut did not travel again.
    expect(told).toBeLessThanOrEqual(24);
    expect(await sh(`sha256sum </var/lib/deployer/artifacts/${artifact.step.id}/sha256:*`)).toBe(
      `${digestOf(content).slice(7)}  -\n`,
    );
  });

  test('a disk that becomes full in the middle is told, and is not left full', async () => {
    const folder = '/var/lib/deployer/artifacts';
    await sh(`mkdir -p ${folder}; mount -t tmpfs -o size=20m tmpfs ${folder}`);
    const artifact = sampleArtifact(newFolder(), { files: { big: randomBytes(40_000_000) } });
    await expect(bring(artifact)).rejects.toMatchObject({
      code: 'node-disk-full',
      excerpt: expect.stringContaining('No space left on device'),
    });
    expect(await sh(`ls -A ${folder}; umount ${folder}`)).toBe('');
  });

  test('a node fetches by itself, through apt’s own program, and verifies what it gets', async () => {
    const prefix = machine.target().address.replace(/\d+$/, '');
    const own = Object.values(networkInterfaces()).flat();
    const host = own.find((each) => each?.address.startsWith(prefix))?.address;
    await using server = await startFileServer(host);
    const content = randomBytes(3_000_000);
    server.serve('/thing', file(content));
    const urls = [`${server.url}/old`, `${server.url}/thing`];
    const artifact = sampleArtifact(newFolder(), {
      files: { thing: content },
      urls,
      version: '3.0',
    });
    await bring(artifact, { byNodes: true });
    expect(artifact.asked()).toBe(0);
    expect(told(await put(remote, { artifact: artifact.step }))[0]).toMatch(/^changed/);
    expect(await sh(`sha256sum <${placeOf(artifact.step)}/thing`)).toBe(
      `${digestOf(content).slice(7)}  -\n`,
    );
    server.serve('/evil', file('evil'));
    const evil = sampleArtifact(newFolder(), {
      ...{ files: { thing: 'good' }, urls: [`${server.url}/evil`, `${server.url}/thing`] },
    });
    await expect(bring(evil, { byNodes: true })).rejects.toMatchObject({
      code: 'checksum-mismatch',
    });
  });

  test('a login user with sudo is served as root is', async () => {
    await put(remote, { package: ['sudo'] }, { user: { name: 'op', groups: ['sudo'] } });
    await sh(
      `mkdir -p ~op/.ssh; echo '${machine.key.public}' >~op/.ssh/authorized_keys; chown -R op ~op/.ssh`,
    );
    await sh("echo '%sudo ALL=(ALL:ALL) NOPASSWD: ALL' >/etc/sudoers.d/op");
    const op = await connect(machine.target({ username: 'op' }), deps);
    const content = randomBytes(5_000_000);
    const artifact = sampleArtifact(newFolder(), { files: { big: content }, version: '4.0' });
    await bring(artifact, { through: op });
    await op.close();
    expect(told(await put(remote, { artifact: artifact.step }))[0]).toMatch(/^changed/);
  });
});
