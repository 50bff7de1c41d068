import { unitFileName } from './values.ts';
import type { Wish } from './wish.ts';

/** What steps have put on a machine, by what is done about it when the machine is left. */
export interface LeftBehind {
  readonly services: readonly string[];
  readonly units: readonly string[];
  readonly files: readonly string[];
  /** Folders of artifacts. */
  readonly artifacts: readonly string[];
  /** Folders of configuration, the inner ones first: they go where nothing else is in them. */
  readonly folders: readonly string[];
  /** Folders in which services keep what they must not lose, each before those within it. */
  readonly data: readonly string[];
}

/** Folders in which nothing that a service keeps lies. */
const notForData = [
  '/etc',
  '/usr',
  '/run',
  '/boot',
  '/bin',
  '/sbin',
  '/lib',
  '/proc',
  '/sys',
  '/dev',
];

/** Folders of the system itself and of its users: whatever a recipe says of them, they are nobody's data. */
const ofTheSystem = new Set([
  ...['/', '/home', '/root', '/opt', '/srv', '/mnt', '/media', '/tmp', '/nonexistent'],
  ...['/var', '/var/lib', '/var/log', '/var/cache', '/var/tmp', '/var/spool', '/var/opt'],
  ...['/var/backups', '/var/mail', '/var/www', '/var/lib/deployer', '/var/lib/dpkg'],
  ...['/var/lib/apt', '/var/lib/systemd', '/var/log/journal'],
]);

/** Folders that systemd makes for a service: what a unit calls them, and where they lie. */
const unitFolders = {
  StateDirectory: '/var/lib',
  LogsDirectory: '/var/log',
  CacheDirectory: '/var/cache',
};

/** What there may be of all these wishes. Packages and users stay: others may have come to need them. */
export function leftBehind(wishes: readonly Wish[]): LeftBehind {
  const steps = wishes.map(({ step }) => step);
  const units = steps.flatMap((step) => ('unit' in step ? [step.unit] : []));
  const folders = steps.flatMap((step) => {
    if ('directory' in step) return [step.directory.path];
    return 'user' in step && step.user.home !== undefined ? [step.user.home] : [];
  });
  const all = unique([...folders, ...units.flatMap(({ content }) => foldersOf(content))]);
  const usable = all.filter((path) => !ofTheSystem.has(path));
  const isData = (path: string) => !notForData.some((root) => isWithin(path, root));
  return {
    services: unique(
      steps.flatMap((step) => ('service' in step ? [unitFileName(step.service.name)] : [])),
    ),
    units: unique(units.map(({ name }) => unitFileName(name))),
    files: unique(steps.flatMap((step) => filesOf(step))),
    artifacts: unique(steps.flatMap((step) => ('artifact' in step ? [step.artifact.folder] : []))),
    folders: usable.filter((path) => !isData(path)).toSorted(innerFirst),
    data: usable.filter(isData).toSorted(outerFirst),
  };
}

/** All places that these wishes may change and that leaving the machine would change back. */
export function placesOf(wishes: readonly Wish[]): readonly string[] {
  const { files, units, artifacts, folders, data } = leftBehind(wishes);
  return unique([
    ...files,
    ...units.map((unit) => `/etc/systemd/system/${unit}`),
    ...artifacts.flatMap((folder) => [folder, `${folder}/current`]),
    ...folders,
    ...data,
  ]);
}

function filesOf(step: Wish['step']): readonly string[] {
  if ('file' in step) return [step.file.path];
  if ('sysctl' in step) {
    const keys = Object.keys(step.sysctl).map((key) => key.replaceAll('/', '.'));
    return keys.map((key) => `/etc/sysctl.d/60-deployer-${key}.conf`);
  }
  if ('package' in step && 'suite' in step.package && step.package.suite !== undefined) {
    const { suite } = step.package;
    const sources = ['list', 'sources'].map(
      (form) => `/etc/apt/sources.list.d/deployer-${suite}.${form}`,
    );
    return [...sources, `/etc/apt/preferences.d/deployer-${suite}`];
  }
  return [];
}

function foldersOf(unit: string): readonly string[] {
  return Object.entries(unitFolders).flatMap(([key, root]) => {
    const lines = unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'));
    const names = [...lines].flatMap(([, value = '']) => value.trim().split(/\s+/));
    const plain = names.map((name) => name.split(':')[0] ?? '');
    const isPlain = (name: string) =>
      /^[A-Za-z0-9_][A-Za-z0-9_@-]*(\/[A-Za-z0-9_][A-Za-z0-9_@-]*)*$/.test(name);
    return plain.filter(isPlain).map((name) => `${root}/${name}`);
  });
}

function isWithin(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Everything within a folder follows it, before anything else. */
function outerFirst(left: string, right: string): number {
  return `${left}/` < `${right}/` ? -1 : 1;
}

function innerFirst(left: string, right: string): number {
  return right.split('/').length - left.split('/').length;
}

function unique(words: readonly string[]): readonly string[] {
  return [...new Set(words)];
}
