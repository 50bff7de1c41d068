import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/remote/connect.ts';
import type { Remote } from '../../src/remote/remote.ts';
import { canHaveMachines } from '../support/images.ts';
import { look, put, told } from '../unit/node/fixtures.ts';
import { launchMachine, type Machine } from './support/machine.ts';
import { deps } from './support/sshd.ts';

describe.skipIf(!canHaveMachines)('packages of another suite on a Debian 12 machine', () => {
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
  const installed = async () => (await sh('dpkg-query -W')).trim().split('\n');
  // Small, without dependencies that a machine lacks, and not in Debian 12.
  const wanted = { package: { names: ['privbind'], suite: 'bullseye' } };
  const added = 'the pin of bullseye is not there; the source of bullseye is not there';
  const nothingToUpgrade = /^0 upgraded, 0 newly installed/m;

  test('come alone, and everything else stays what it is', async () => {
    await sh('apt-get update; apt-get -y upgrade');
    const before = await installed();
    expect(told(await look(remote, wanted))).toEqual([
      `would-change: not installed: privbind; ${added}`,
    ]);
    expect(told(await put(remote, wanted))).toEqual([`changed: not installed: privbind; ${added}`]);
    expect(told(await look(remote, wanted))).toEqual(['ok']);
    const fresh = (await installed()).filter((line) => !before.includes(line));
    expect(fresh).toEqual([expect.stringMatching(/^privbind\t/)]);
    expect(await installed()).toHaveLength(before.length + 1);
    expect(await sh('apt-get -s dist-upgrade')).toMatch(nothingToUpgrade);
    expect(await sh('apt-cache policy tar')).toMatch(/^ {5}\S+ 50\n/m);
  });

  test('are taken in the version wished for', async () => {
    const version = (await sh('dpkg-query -W privbind')).trim().split('\t')[1];
    await sh('apt-get -y purge privbind');
    const pinned = { package: { names: [`privbind=${version}`], suite: 'bullseye' } };
    expect(told(await put(remote, pinned))).toEqual([
      `changed: not installed: privbind=${version}`,
    ]);
    expect(told(await look(remote, pinned))).toEqual(['ok']);
  });

  test('need their source and pin to stay, and their lists', async () => {
    await sh('rm /etc/apt/preferences.d/deployer-bullseye');
    await sh('echo >>/etc/apt/sources.list.d/deployer-bullseye.sources "Enabled: no"');
    const drift = 'the pin of bullseye is not there; the source of bullseye differs';
    expect(told(await look(remote, wanted))).toEqual([`would-change: ${drift}`]);
    expect(told(await put(remote, wanted))).toEqual([`changed: ${drift}`]);
    await sh('apt-get -y purge privbind; rm /var/lib/apt/lists/*_dists_bullseye_*');
    expect(told(await put(remote, wanted))).toEqual(['changed: not installed: privbind']);
    expect(told(await look(remote, wanted))).toEqual(['ok']);
  });

  test('may come from a newer release, with what they need and nothing else', async () => {
    const newer = { package: { names: ['distro-info-data'], suite: 'trixie' } };
    expect(told(await put(remote, newer))[0]).toMatch(
      /^changed: not installed: distro-info-data; /,
    );
    expect(await sh('apt-cache policy distro-info-data')).toMatch(/\*\*\* (\S+) 100\n +50 /);
    expect(await sh('apt-get -s dist-upgrade')).toMatch(nothingToUpgrade);
    expect(told(await look(remote, newer, wanted))).toEqual(['ok', 'ok']);
  });

  test('add nothing where the suite is the machine’s own', async () => {
    const own = { package: { names: ['tar'], suite: 'bookworm' } };
    expect(told(await put(remote, own, { package: { names: ['bc'], suite: 'bookworm' } }))).toEqual(
      ['ok', 'changed: not installed: bc'],
    );
    expect(await sh('ls /etc/apt/sources.list.d /etc/apt/preferences.d')).not.toContain('bookworm');
  });

  test('fail with apt’s words where there is no such suite or apt does not trust it', async () => {
    const [unknown] = told(await put(remote, { package: { names: ['bc2'], suite: 'potatoe' } }));
    expect(unknown).toMatch(/^failed: apt-get update failed:.*potatoe.*Release/s);
    expect(await sh('ls /etc/apt/sources.list.d /etc/apt/preferences.d')).not.toContain('potatoe');
    await sh(`rm /etc/apt/*/deployer-* /var/lib/apt/lists/*_dists_bullseye_*
      sed -i '1,/^Signed-By/s/archive-keyring/archive-bookworm-stable/' /etc/apt/sources.list.d/*.sources
      apt-get -y purge privbind; apt-get update`);
    expect(told(await put(remote, wanted))[0]).toMatch(
      /^failed: apt-get update failed:.*bullseye.*NO_PUBKEY/s,
    );
  });
});
