import { cp, mkdir, mkdtemp, readdir, readFile, readlink, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { systemClock } from '../../../src/clock.ts';
import { type LocalCloud, openCloud } from '../../../src/localcloud/cloud.ts';
import { takeCloudDown } from '../../../src/localcloud/down.ts';
import { accountOf, cloudDirectory, imagesDirectory } from '../../../src/localcloud/names.ts';
import { type Outcome, programWords, type Running, startCommand } from './program.ts';

/** A folder like a user's, with recipes of the tests, a state folder and a local cloud that nobody else uses. */
export interface Workspace extends AsyncDisposable {
  readonly folder: string;
  readonly stateFolder: string;
  /** The cloud's directory; it is made by the program. */
  readonly cloudFolder: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Runs the built program to its end. */
  run(args: readonly string[], env?: Readonly<Record<string, string>>): Promise<Outcome>;
  /** Starts it; `ownPatienceMs` is for one that is meant to go on for longer than the others. */
  start(
    args: readonly string[],
    env?: Readonly<Record<string, string>>,
    ownPatienceMs?: number,
  ): Running;
  write(path: string, text: string): Promise<void>;
  /** Changes a file of the workspace; fails when nothing would change. */
  edit(path: string, from: string, to: string): Promise<void>;
  /** The cloud as the program's own account sees it, for what happens behind the program's back. */
  cloud(): LocalCloud;
}

const prefix = 'deployer-e2e-';
const template = join(import.meta.dirname, '../workspace');

/**
 * A new workspace. Those of earlier test runs that were killed are removed first, with their machines.
 * @param patienceMs how long a run of the program may take before it is killed
 */
export async function openWorkspace(patienceMs?: number): Promise<Workspace> {
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`));
  await cp(template, folder, { recursive: true });
  const cloudFolder = join(folder, 'cloud');
  const stateFolder = join(folder, '.deployer');
  const env = ownEnvironment(cloudFolder);
  const running = new Set<Running>();
  const start: Workspace['start'] = (args, more = {}, ownPatienceMs = patienceMs) => {
    const surroundings = {
      cwd: folder,
      env: { ...env, ...more },
      ...(ownPatienceMs && { patienceMs: ownPatienceMs }),
    };
    const program = startCommand(programWords(args), surroundings);
    running.add(program);
    return program;
  };
  const write: Workspace['write'] = async (path, text) => {
    await mkdir(dirname(join(folder, path)), { recursive: true });
    await writeFile(join(folder, path), text);
  };
  return {
    ...{ folder, stateFolder, cloudFolder, env, start, write },
    run: (args, more) => start(args, more).ended,
    edit: async (path, from, to) => {
      const text = await readFile(join(folder, path), 'utf8');
      if (!text.includes(from)) throw new Error(`${path} does not hold ${from}`);
      await write(path, text.replace(from, to));
    },
    cloud: () => cloudIn(folder),
    [Symbol.asyncDispose]: async () => {
      for (const program of running) {
        program.signal('SIGKILL');
        await program.ended;
      }
      await remove(folder);
    },
  };
}

/** The environment of the tests without what would change how the program behaves. */
function ownEnvironment(cloudFolder: string): Workspace['env'] {
  const kept = Object.entries(process.env).filter(
    ([name]) => !/^(DEPLOYER_|NODE_|VITEST|AWS_|FORCE_COLOR|NO_COLOR|CI$|COLUMNS|TERM$)/.test(name),
  );
  return {
    ...Object.fromEntries(kept),
    DEPLOYER_CLOUD: cloudFolder,
    DEPLOYER_CLOUD_IMAGES: sharedImages(),
  };
}

/** The images of this computer's usual cloud, so that only the very first run of all has to make one. */
function sharedImages(): string {
  return imagesDirectory(cloudDirectory(process.env), process.env);
}

function cloudIn(folder: string): LocalCloud {
  return openCloud({
    directory: join(folder, 'cloud'),
    imagesDirectory: sharedImages(),
    account: accountOf(join(folder, '.deployer')),
    clock: systemClock,
  });
}

async function remove(folder: string): Promise<void> {
  await takeCloudDown(cloudIn(folder), { all: true });
  await rm(folder, { recursive: true, force: true });
}

async function removeLeftovers(): Promise<void> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith(prefix));
  for (const name of names) {
    const owner = Number.parseInt(name.slice(prefix.length), 10);
    if (isAlive(owner)) continue;
    await killProgramsIn(join(tmpdir(), name));
    await remove(join(tmpdir(), name));
  }
}

/** Ends the programs that were started in a folder and outlived their test. */
async function killProgramsIn(folder: string): Promise<void> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    if (cwd === folder && isAlive(Number(pid))) process.kill(Number(pid), 'SIGKILL');
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
