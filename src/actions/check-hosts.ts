import { toDeployerError } from '../errors.ts';
import { type HostReport, reportHost } from '../node/claim.ts';
import { type Preflight, preflight } from '../node/preflight.ts';
import { clockReading } from './clock-skew.ts';
import type { ActionContext } from './context.ts';
import type { DoctorCheck } from './doctor.ts';
import type { ReachableHost } from './host-calls.ts';
import type { OwnHosts } from './own-hosts.ts';

/** Systems on which recipes are proven. */
const knownSystems = ['debian-12', 'debian-13'];

/** Less than this is soon full. */
const leastFreeMib = 1_024;

/** By how much a clock may certainly be off, in milliseconds. */
const tolerableMs = 1_000;

/** Looks at every machine of one's own: whether a cluster could be made on it, and what stands against that. */
export async function checkHosts(
  hosts: OwnHosts,
  context: ActionContext,
): Promise<readonly DoctorCheck[]> {
  const checks = hosts.list.map((host) => checkHost(hosts, host, context));
  return (await Promise.all(checks)).flat();
}

async function checkHost(
  { connections }: OwnHosts,
  host: ReachableHost,
  context: ActionContext,
): Promise<readonly DoctorCheck[]> {
  const { clock, signal } = context;
  const about = (what: string) => `${host.id} ${what}`;
  const { username, port, via } = host.login;
  const way = via.map(({ address }) => ` through ${address}`).join('');
  try {
    const remote = await host.reach();
    const key = await connections.keyOf(host.id);
    const login = [
      good(about('login'), `${username} at port ${port}${way}`),
      good(about('host key'), key?.fingerprint ?? ''),
    ];
    try {
      const beganMs = clock.now();
      const report = await reportHost(remote, { clock, signal });
      const reading = clockReading(host.id, report.facts.clockMs, [beganMs, clock.now()]);
      const seen = await preflight(remote, { clock, signal });
      return [
        ...login,
        good(about('root'), remote.needsSudo ? 'by sudo' : 'logs in as root'),
        ...machineChecks(about, seen),
        clockCheck(about('clock'), reading),
        good(about('use'), useOf(report)),
      ];
    } catch (error) {
      return [...login, bad(about('root'), error)];
    }
  } catch (error) {
    signal.throwIfAborted();
    return [bad(about('login'), error)];
  }
}

type About = (what: string) => string;

function machineChecks(about: About, seen: Preflight): readonly DoctorCheck[] {
  const { facts, freeMib, ports, missing, aptSource, aptProblem } = seen;
  const system = `${facts.os.id}-${facts.os.version}`;
  const free = Object.entries(freeMib).map(([name, mib]) => `${mib} MiB at ${placeOf(name)}`);
  return [
    check(
      about('system'),
      knownSystems.includes(system),
      `${facts.os.name}, ${facts.cpus} cpus, ${facts.memoryMib} MiB`,
      `Recipes are proven on ${knownSystems.join(' and ')}: see "supports" of the one you want.`,
    ),
    check(
      about('systemd'),
      facts.systemd,
      facts.systemd ? 'runs' : 'is not the init there',
      'Services are started by systemd: use a machine that boots with it.',
    ),
    check(
      about('programs'),
      missing.length === 0,
      missing.length === 0 ? 'all there' : `missing: ${missing.join(', ')}`,
      'Install them: tar, gzip, coreutils and util-linux have all of them.',
    ),
    // Which ports a cluster needs is the recipe's to say; one that is taken is refused before its service starts.
    good(about('ports'), `taken: ${ports.join(', ') || 'none'}`),
    check(
      about('disk'),
      Object.values(freeMib).every((mib) => mib >= leastFreeMib),
      free.join(', '),
      `Make room: at least ${leastFreeMib} MiB are needed.`,
    ),
    check(
      about('packages'),
      aptSource !== '' && aptProblem === null,
      aptProblem ?? (aptSource === '' ? 'apt has no source' : `from ${aptSource}`),
      'Look at /etc/apt/sources.list and sources.list.d, at its name servers and at its way out.',
    ),
  ];
}

function placeOf(name: string): string {
  return name === 'root' ? '/' : `/${name}`;
}

function clockCheck(
  about: string,
  { earliestMs, latestMs }: ReturnType<typeof clockReading>,
): DoctorCheck {
  const offMs = Math.max(earliestMs, -latestMs, 0);
  const side = earliestMs > 0 ? 'ahead of' : 'behind';
  return check(
    about,
    offMs <= tolerableMs,
    offMs <= tolerableMs
      ? 'as here'
      : `at least ${(offMs / 1_000).toFixed(1)} s ${side} this computer`,
    'Keep it right with a time service, such as chrony or systemd-timesyncd.',
  );
}

function useOf({ claim, identity }: HostReport): string {
  if (claim !== null) return `node ${claim.ordinal} of ${claim.cluster}`;
  return identity === null ? 'free' : `works for ${identity.cluster}`;
}

function check(about: string, ok: boolean, detail: string, hint: string): DoctorCheck {
  return { about, ok, detail, hint: ok ? undefined : hint };
}

function good(about: string, detail: string): DoctorCheck {
  return { about, ok: true, detail, hint: undefined };
}

function bad(about: string, cause: unknown): DoctorCheck {
  const { message, hint = 'Run the same command again once this is put right.' } =
    toDeployerError(cause);
  return { about, ok: false, detail: message, hint };
}
