import { formatTable } from '../../views/format-table.ts';
import type { CommandHost } from '../command-host.ts';
import {
  addJsonOption,
  addOutputOptions,
  addProfileOption,
  addWorkspaceOptions,
  type WorkspaceFlags,
  workspaceRequest,
} from '../options.ts';

interface DoctorFlags extends WorkspaceFlags {
  readonly profile?: string;
}

/** Adds `doctor`. */
export function addDoctor({ program, actions, run }: CommandHost): void {
  const command = program
    .command('doctor')
    .description('check whether this computer has what a profile needs');
  addOutputOptions(addJsonOption(addWorkspaceOptions(addProfileOption(command)))).action(
    (flags: DoctorFlags) =>
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
