import { readFile } from 'node:fs/promises';
import { release } from 'node:os';
import { delimiter, join } from 'node:path';
import { DeployerError, UsageError } from '../errors.ts';
import { exists } from './exists.ts';
import { canBeRoot, runAsRoot } from './root-half.ts';

/** One thing that this computer needs for the local cloud. */
export interface Prerequisite {
  /** A program, a file or a feature of the kernel. */
  readonly name: string;
  readonly why: string;
  readonly found: boolean;
  /** The Debian package that brings it, when one does. */
  readonly package: string | undefined;
  /** What to do when it is not found. */
  readonly fix: string;
}

const installScript = new URL('./install-packages.sh', import.meta.url);

const programs: readonly (readonly [name: string, packageName: string, why: string])[] = [
  ['systemd-nspawn', 'systemd-container', 'runs the machines'],
  ['mmdebstrap', 'mmdebstrap', 'makes their base image'],
  ['nft', 'nftables', 'gives them a way out'],
  ['ip', 'iproute2', 'makes their network'],
  ['unshare', 'util-linux', 'gives each its own mounts and network'],
  ['nsenter', 'util-linux', 'plugs each into the bridge'],
  ['setsid', 'util-linux', 'keeps them running when the command ends'],
  ['flock', 'util-linux', 'keeps two processes off one machine'],
  ['apt-config', 'apt', 'tells how this computer reaches its packages'],
];

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

const kernelModules: readonly (readonly [name: string, why: string])[] = [
  ['overlay', 'lets machines share one image'],
  ['bridge', 'connects the machines'],
  ['veth', 'is the cable of a machine'],
  ['nf_tables', 'gives the machines a way out'],
];

/** What the local cloud needs of this computer, each with whether it is there; nothing is changed. */
export async function checkPrerequisites(env: NodeJS.ProcessEnv): Promise<Prerequisite[]> {
  const isLinux = process.platform === 'linux';
  const linux = requirement('Linux', 'machines are containers of its kernel', isLinux, {
    fix: 'Use a profile for a cloud or for machines that you own.',
  });
  if (!isLinux) return [linux];
  return [
    linux,
    requirement('root', 'starts machines', await canBeRoot(), {
      fix: 'Run the command as root, or allow this user `sudo` without a password.',
    }),
    ...(await Promise.all(
      programs.map(([name, brings, why]) => checkProgram(env, name, brings, why)),
    )),
    requirement(keyring, 'proves that packages are Debian’s', await exists(keyring), {
      brings: 'debian-archive-keyring',
    }),
    ...(await Promise.all(kernelModules.map(([name, why]) => checkModule(name, why)))),
    requirement(
      'control groups',
      'hold the processes of a machine together',
      await hasControlGroups(),
      {
        fix: 'Mount them: `mount -t cgroup2 cgroup2 /sys/fs/cgroup`.',
      },
    ),
    requirement(
      'network namespaces',
      'give a machine its own network',
      await exists('/proc/self/ns/net'),
      {
        fix: 'Use a kernel with CONFIG_NET_NS.',
      },
    ),
  ];
}

/**
 * Installs the packages of what is missing.
 * @throws {UsageError} `prerequisites-missing` when something is not a package, or nobody here may install one.
 * @throws {DeployerError} `install-failed` with the end of what apt-get wrote; it may be repeated.
 */
export async function installPrerequisites(
  missing: readonly Prerequisite[],
  options: {
    readonly onProgress: (text: string) => void;
    readonly signal?: AbortSignal;
    /** For the error: who needs them; `the local cloud` unless said otherwise. */
    readonly needy?: string;
  },
): Promise<void> {
  const packages = [...new Set(missing.flatMap((each) => each.package ?? []))];
  const others = missing.filter((each) => each.package === undefined);
  const command = `apt-get install ${packages.join(' ')}`;
  if (others.length > 0 || !(await canBeRoot())) {
    const fixes = others.map(({ fix }) => fix);
    if (packages.length > 0) fixes.push(`Run as root: ${command}`);
    const names = missing.map(({ name }) => name).join(', ');
    throw new UsageError(
      'prerequisites-missing',
      `${options.needy ?? 'the local cloud'} needs ${names}`,
      {
        hint: fixes.join('\n'),
      },
    );
  }
  if (packages.length === 0) return;
  const { code, stderr } = await runAsRoot([installScript], packages, {
    onLine: options.onProgress,
    ...(options.signal !== undefined && { signal: options.signal }),
  });
  if (code === 0) return;
  throw new DeployerError('install-failed', `'${command}' failed with exit code ${code}`, {
    retryable: true,
    excerpt: stderr.split('\n').slice(-20).join('\n'),
    hint: `Run it by hand, then the command again: ${command}`,
  });
}

function requirement(
  name: string,
  why: string,
  found: boolean,
  { brings, fix }: { readonly brings?: string; readonly fix?: string },
): Prerequisite {
  return {
    name,
    why,
    found,
    package: brings,
    fix: fix ?? `Run as root: apt-get install ${brings ?? name}`,
  };
}

async function checkProgram(
  env: NodeJS.ProcessEnv,
  name: string,
  brings: string,
  why: string,
): Promise<Prerequisite> {
  const folders = [
    ...(env['PATH'] ?? '').split(delimiter),
    '/usr/sbin',
    '/usr/bin',
    '/sbin',
    '/bin',
  ];
  const found = await Promise.all(folders.map((folder) => exists(join(folder, name))));
  return requirement(name, why, found.includes(true), { brings });
}

/** A module counts as missing only where the kernel's own lists are there and none of them has it. */
async function checkModule(name: string, why: string): Promise<Prerequisite> {
  const lists = await Promise.all(
    ['modules.builtin', 'modules.dep'].map((list) =>
      readFile(join('/lib/modules', release(), list), 'utf8').catch(() => ''),
    ),
  );
  const text = lists.join('');
  const found =
    text === '' || text.includes(`/${name}.ko`) || (await exists(`/sys/module/${name}`));
  return requirement(`kernel module ${name}`, why, found, {
    fix: `Use a kernel that has the module ${name}.`,
  });
}

async function hasControlGroups(): Promise<boolean> {
  const mounts = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified', '/sys/fs/cgroup/systemd'];
  return (await Promise.all(mounts.map((mount) => exists(join(mount, 'cgroup.procs'))))).includes(
    true,
  );
}
