import { clusterCommand } from '../cluster-command.ts';
import type { CommandHost } from '../command-host.ts';
import { type ClusterFlags, clusterRequest } from '../options.ts';

interface SshConfigFlags extends ClusterFlags {
  readonly write?: string;
}

/** Adds `ssh-config`. */
export function addSshConfig({ program, actions, run }: CommandHost): void {
  const about = 'print what ssh, scp and rsync need to know the nodes by name';
  clusterCommand(program, 'ssh-config', about)
    .option('--write <file>', 'write it there instead, for `Include` in ~/.ssh/config')
    .action((recipe: string, flags: SshConfigFlags) =>
      run(flags, {
        operation: 'ssh-config',
        telling: 'notices',
        act: (context) =>
          actions.sshConfig({ ...clusterRequest(recipe, flags), write: flags.write }, context),
        print: ({ config, file, hosts }) =>
          file === null
            ? config.trimEnd().split('\n')
            : [
                `written: ${file}`,
                `use it:  ssh -F ${file} ${hosts[0]?.host ?? 'NODE'}`,
                `always:  put "Include ${file}" at the beginning of ~/.ssh/config`,
              ],
      }),
    );
}
