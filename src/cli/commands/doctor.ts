import { formatTable } from '../../views/format-table.ts';
import { workspaceCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { addProfileOption, type WorkspaceFlags, workspaceRequest } from '../options.ts';

interface DoctorFlags extends WorkspaceFlags {
  readonly profile?: string;
}

/** Adds `doctor`. */
export function addDoctor({ program, actions, run }: CommandHost): void {
  const about = 'check whether there is what a profile needs, here and on its machines';
  addProfileOption(workspaceCommand(program, 'doctor', about)).action((flags: DoctorFlags) =>
    run(flags, {
      operation: 'doctor',
      telling: 'notices',
      act: (context) =>
        actions.doctor({ ...workspaceRequest(flags), profile: flags.profile }, context),
      print: ({ checks }) =>
        formatTable(
          [],
          checks.map(({ about, ok, detail, hint }) => [
            ok ? '✔' : '✖',
            about,
            hint === undefined ? detail : `${detail}; ${hint}`,
          ]),
        ),
    }),
  );
}
