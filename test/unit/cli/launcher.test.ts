import { type ExecFileException, execFile, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const launcher = join(import.meta.dirname, '../../../deployer');
const tools = 'sh cat find head mkdir mv readlink rm rmdir sleep touch'.split(' ');

/** Stand-ins: what they were called with stands in the log; npm leaves behind what the real one would. */
const fakeNode = `#!/bin/sh
case $1 in -e) exit "\${FAKE_NODE_TOO_OLD:-0}" ;; --version) echo v18.0.0; exit ;; esac
echo "started: $*"
`;
const fakeNpm = `#!/bin/sh
echo "npm $*" >>"$FAKE_LOG"
echo 'npm says something'
[ -z "\${FAKE_NPM_FAILS:-}" ] || exit 1
sleep 0.3
case $1 in
  ci) mkdir -p node_modules; touch node_modules/.package-lock.json ;;
  run) mkdir -p dist/cli; touch dist/cli/main.js ;;
esac
`;

let folder: string;
let copy: string;
let bin: string;

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'deployer-launcher-')));
  copy = join(folder, 'working copy');
  bin = join(folder, 'bin');
  mkdirSync(join(copy, 'src', 'deep'), { recursive: true });
  mkdirSync(bin);
  copyFileSync(launcher, join(copy, 'deployer'));
  for (const file of ['src/a.ts', 'src/deep/b.ts', 'package-lock.json', 'tsconfig.json']) {
    writeFileSync(join(copy, file), '');
  }
  writeFileSync(join(copy, 'tsconfig.build.json'), '');
  for (const tool of tools) {
    const found = spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' });
    symlinkSync(found.stdout.trim(), join(bin, tool));
  }
  addTool('node', fakeNode);
  addTool('npm', fakeNpm);
});

afterEach(() => rmSync(folder, { recursive: true }));

function addTool(name: string, text: string): void {
  writeFileSync(join(bin, name), text);
  chmodSync(join(bin, name), 0o755);
}

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

function launch(
  args: readonly string[] = [],
  { program = join(copy, 'deployer'), env = {} }: { program?: string; env?: object } = {},
): Promise<Ended> {
  const options = {
    cwd: '/',
    env: { PATH: bin, FAKE_LOG: join(folder, 'log'), ...env },
    timeout: 20_000,
  };
  return new Promise((resolve) => {
    execFile(program, args, options, (error: ExecFileException | null, stdout, stderr) => {
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr });
    });
  });
}

/** What npm was asked for since the last time. */
function npmCalls(): string[] {
  const log = join(folder, 'log');
  if (!existsSync(log)) return [];
  const calls = readFileSync(log, 'utf8').trim().split('\n');
  rmSync(log);
  return calls;
}

function makeNewer(path: string): void {
  const later = new Date(Date.now() + 60_000);
  utimesSync(join(copy, path), later, later);
}

const started = () => `started: ${copy}/dist/cli/main.js`;

describe('the launcher', () => {
  it('installs and builds a fresh clone, saying why, and then starts the program', async () => {
    const first = await launch(['zookeeper', '--set', 'a=b c']);

    expect(npmCalls()).toEqual(['npm ci --include=dev', 'npm run build']);
    expect(first.stdout).toBe(`${started()} zookeeper --set a=b c\n`);
    expect(first.stderr.split('\n')).toEqual([
      expect.stringContaining('installing dependencies, for the first time'),
      expect.stringContaining('building, for the first time'),
      '',
    ]);
  });

  it('does nothing but start the program when nothing is stale', async () => {
    await launch();
    npmCalls();

    expect(await launch(['list'])).toEqual({ code: 0, stdout: `${started()} list\n`, stderr: '' });
    expect(npmCalls()).toEqual([]);
  });

  it('builds again when a source file has changed or is gone', async () => {
    await launch();
    npmCalls();
    makeNewer('src/deep/b.ts');
    await launch();
    expect(npmCalls()).toEqual(['npm run build']);

    makeNewer('dist/.built');
    utimesSync(join(copy, 'src/deep/b.ts'), new Date(), new Date());
    await launch();
    expect(npmCalls()).toEqual([]);

    rmSync(join(copy, 'src/deep/b.ts'));
    makeNewer('src/deep');
    utimesSync(join(copy, 'dist/.built'), new Date(), new Date());
    await launch();
    expect(npmCalls()).toEqual(['npm run build']);
  });

  it('installs again when the lock file has changed', async () => {
    await launch();
    npmCalls();
    makeNewer('package-lock.json');
    await launch();

    expect(npmCalls()).toContain('npm ci --include=dev');
  });

  it('lets one of several that start at once do the work', async () => {
    const all = await Promise.all([launch(), launch(), launch()]);

    expect(all.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      Array(3).fill({ code: 0, stdout: `${started()}\n` }),
    );
    expect(npmCalls()).toEqual(['npm ci --include=dev', 'npm run build']);
  });

  it('takes over from one that was killed', async () => {
    const { pid } = spawnSync('true');
    mkdirSync(join(copy, 'dist/.lock'), { recursive: true });
    writeFileSync(join(copy, 'dist/.lock/pid'), `${pid}\n`);

    expect(await launch()).toMatchObject({ code: 0, stdout: `${started()}\n` });
    expect(existsSync(join(copy, 'dist/.lock'))).toBe(false);
  });

  it('shows what npm said when it fails, starts nothing, and leaves the folder free for the next', async () => {
    const failed = await launch([], { env: { FAKE_NPM_FAILS: '1' } });

    expect(failed).toMatchObject({ code: 1, stdout: '' });
    expect(failed.stderr).toContain('npm says something\n');
    expect(failed.stderr).toContain('this failed: npm ci');
    expect(await launch()).toMatchObject({ code: 0, stdout: `${started()}\n` });
  });

  it('says what is needed when there is no Node', async () => {
    rmSync(join(bin, 'node'));
    const refused = await launch();

    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('Node.js 20.19 or newer is needed, and there is no node');
    expect(refused.stderr).toContain('brew install node');
    expect(npmCalls()).toEqual([]);
  });

  it('says what is needed when Node is too old', async () => {
    const refused = await launch([], { env: { FAKE_NODE_TOO_OLD: '1' } });

    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain('and this is v18.0.0');
    expect(npmCalls()).toEqual([]);
  });

  it('finds its folder through links, absolute and relative, from any folder', async () => {
    symlinkSync('working copy/deployer', join(folder, 'relative'));
    symlinkSync(join(folder, 'relative'), join(bin, 'linked'));

    expect((await launch(['x'], { program: join(bin, 'linked') })).stdout).toBe(`${started()} x\n`);
  });

  it('only starts the program of an installed package, which has no source', async () => {
    rmSync(join(copy, 'src'), { recursive: true });

    expect(await launch(['list'])).toEqual({ code: 0, stdout: `${started()} list\n`, stderr: '' });
    expect(npmCalls()).toEqual([]);
  });
});
