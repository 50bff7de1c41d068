import { formatDuration } from '../../duration.ts';
import { formatTable } from '../../views/format-table.ts';
import { workspaceCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { addProfileOption, duration, type WorkspaceFlags, workspaceRequest } from '../options.ts';

interface GcFlags extends WorkspaceFlags {
  readonly profile?: string;
  readonly cluster?: string;
  readonly olderThan?: number;
  readonly yes?: true;
}

/** Adds `gc`. */
export function addGc({ program, actions, run }: CommandHost): void {
  const about = 'show what is tagged as ours at a cloud and belongs to no cluster remembered here';
  addProfileOption(workspaceCommand(program, 'gc', about))
    .option('--cluster <name>', 'only what belonged to clusters of this name')
    .option('--older-than <duration>', 'only what is at least so old, like 24h', duration)
    .option('--yes', 'delete it; needs --older-than')
    .action((flags: GcFlags) =>
      run(flags, {
        operation: 'gc',
        telling: 'notices',
        act: (context) =>
          actions.gc(
            {
              ...workspaceRequest(flags),
              ...{ profile: flags.profile, cluster: flags.cluster, olderThanMs: flags.olderThan },
              yes: flags.yes === true,
            },
            context,
          ),
        print: ({ cloud, ownerless, deleted }) => [
          ...(ownerless.length === 0 ? [`nothing without an owner on ${cloud}`] : []),
          ...formatTable(
            ['CLUSTER', 'AGE', 'KIND', 'ID', 'STATE', ''],
            ownerless.flatMap(({ cluster, uid, ageMs, resources }) =>
              resources.map(({ kind, id, state }) => [
                ...[cluster, ageMs === null ? 'unknown' : formatAge(ageMs), kind, id, state],
                deleted.includes(uid) ? 'deleted' : '',
              ]),
            ),
          ),
          ...(ownerless.length > 0 && deleted.length === 0
            ? [
                'Nothing was deleted. They may be of another state folder or another computer; if not: --yes --older-than 24h',
              ]
            : []),
        ],
      }),
    );
}

function formatAge(ms: number): string {
  const minuteMs = 60_000;
  const unit = ms >= 60 * minuteMs ? 60 * minuteMs : minuteMs;
  return formatDuration(Math.floor(ms / unit) * unit);
}
