import { access } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { type ResolvedProfile, resolveProfile } from '../config/request.ts';
import { checkPrerequisites } from '../localcloud/prerequisites.ts';
import { checkCloud } from './check-cloud.ts';
import { checkHosts } from './check-hosts.ts';
import type { ActionContext, WorkspaceRequest } from './context.ts';
import { openCloud } from './open-cloud.ts';
import { requestDeps } from './surroundings.ts';

/** For which profile. */
export interface DoctorRequest extends WorkspaceRequest {
  readonly profile: string | undefined;
}

/** One thing that was looked for. */
export interface DoctorCheck {
  readonly about: string;
  readonly ok: boolean;
  readonly detail: string;
  /** What to do about it; undefined when it is there. */
  readonly hint: string | undefined;
}

/** What there is of what is needed. */
export interface DoctorResult {
  readonly ok: boolean;
  readonly checks: readonly DoctorCheck[];
}

/** Looks for everything that a profile needs, here and where clusters would be made, and changes nothing. */
export async function doctor(
  request: DoctorRequest,
  context: ActionContext,
): Promise<DoctorResult> {
  const { profile, state, config: configFile } = request;
  const resolved = await resolveProfile({ profile, state, configFile }, requestDeps(context));
  const { credentials } = resolved;
  const prerequisites = credentials.kind === 'local' ? await checkPrerequisites(context.env) : [];
  const checks = [
    nodeCheck(),
    await sshCheck(context),
    ...prerequisites.map(({ name, why, found, fix }) => ({
      about: name,
      ok: found,
      detail: why,
      hint: found ? undefined : fix,
    })),
    ...(await placeChecks(resolved, context)),
  ];
  return { ok: checks.every(({ ok }) => ok), checks };
}

/** What can be told of where clusters would be made, without making anything. */
async function placeChecks(
  resolved: ResolvedProfile,
  context: ActionContext,
): Promise<readonly DoctorCheck[]> {
  const { credentials, profile } = resolved;
  if (credentials.kind === 'local') return [];
  await using cloud = await openCloud(resolved, context);
  const { provider, hosts } = cloud;
  // Awaited here: what is opened is closed when this function returns.
  return hosts === null
    ? await checkCloud(provider, credentials, profile)
    : await checkHosts(hosts, context);
}

/** The launcher refuses an older Node, so this program never runs on one. */
function nodeCheck(): DoctorCheck {
  return { about: `Node ${process.version}`, ok: true, detail: 'runs deployer', hint: undefined };
}

async function sshCheck({ env }: ActionContext): Promise<DoctorCheck> {
  const folders = (env['PATH'] ?? '').split(delimiter);
  const found = await Promise.all(
    folders.map((folder) =>
      access(join(folder, 'ssh')).then(
        () => true,
        () => false,
      ),
    ),
  );
  const ok = found.includes(true);
  return {
    about: 'ssh',
    ok,
    detail: 'logs in to nodes with `deployer ssh`',
    hint: ok ? undefined : 'Install OpenSSH: apt-get install openssh-client',
  };
}
