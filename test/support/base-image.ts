import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/clock.ts';
import { ensureBaseImage } from '../../src/localcloud/base-image.ts';
import { openCloud } from '../../src/localcloud/cloud.ts';
import { exists } from '../../src/localcloud/exists.ts';
import {
  checkPrerequisites,
  installPrerequisites,
  type Prerequisite,
} from '../../src/localcloud/prerequisites.ts';
import { canHaveMachines, imagesDirectory } from './images.ts';

/**
 * Makes ready, before the tests of a project, what machines need: the programs of the local cloud, the clients that ask
 * them, and the base image. On a fresh computer it installs packages, as the program itself does; none starts a server.
 */
export async function setup(): Promise<void> {
  if (!canHaveMachines) {
    console.warn('Tests with machines need Linux and root: they are skipped.');
    return;
  }
  const needed = [...(await checkPrerequisites(process.env)), ...(await testPrograms())];
  const missing = needed.filter(({ found }) => !found);
  if (missing.length > 0) {
    console.log(`Installing what is missing: ${missing.map(({ name }) => name).join(', ')}`);
    await installPrerequisites(missing, { onProgress: () => {} });
  }
  await makeBaseImage();
}

/** The clients that only tests ask with. */
function testPrograms(): Promise<readonly Prerequisite[]> {
  const programs = [
    { name: 'ssh', why: 'logs in as an engineer would', package: 'openssh-client' },
    { name: 'dig', why: 'asks name servers', package: 'bind9-dnsutils' },
    { name: 'python3', why: "runs AWS's own programs", package: 'python3-venv' },
  ];
  return Promise.all(
    programs.map(async (program) => ({
      ...program,
      found: await exists(join('/usr/bin', program.name)),
      fix: `Run as root: apt-get install ${program.package}`,
    })),
  );
}

async function makeBaseImage(): Promise<void> {
  const directory = await mkdtemp(join(tmpdir(), 'deployer-images-'));
  try {
    const cloud = openCloud({ directory, imagesDirectory, account: 'AKTEST', clock: systemClock });
    let isToBeMade = false;
    await ensureBaseImage(cloud, 'debian-12', {
      onProgress: () => {
        if (!isToBeMade) console.log('Making the base image, once for all later runs');
        isToBeMade = true;
      },
      nowMs: systemClock.now(),
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
