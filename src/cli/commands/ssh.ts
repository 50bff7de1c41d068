import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { DeployerError } from '../../errors.ts';
import type { CommandHost } from '../command-host.ts';
import {
  addClusterOptions,
  addOutputOptions,
  type ClusterFlags,
  clusterRequest,
} from '../options.ts';

/** Adds `ssh`: OpenSSH takes the terminal over, and its exit code becomes ours. */
export function addSsh({ program, actions, run, exitWith }: CommandHost): void {
  const command = program
    .command('ssh')
    .description('log in to a node, or run a command there')
    .usage('RECIPE NODE [options] [-- COMMAND…]');
  addOutputOptions(addClusterOptions(command))
    .argument('<node>', 'the node: 1, 2 … or its name')
    .argument('[command...]', 'what to run there, after --')
    .action(async (recipe: string, node: string, words: string[], flags: ClusterFlags) => {
      const request = { ...clusterRequest(recipe, flags), node, command: words };
      let code = 0;
      await run(flags, {
        operation: 'ssh',
        telling: 'notices',
        endsWhenStopped: true,
        act: async (context) => {
          const { file, args } = await actions.ssh(request, context);
          code = await takeTerminal(file, args);
          return {};
        },
        print: () => [],
      });
      exitWith(code);
    });
}

/** Runs a program that gets our terminal; resolves with its exit code, or 128 + the signal that ended it. */
async function takeTerminal(file: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { stdio: 'inherit' });
    child.on('error', (cause) =>
      reject(
        new DeployerError('ssh-not-started', `${file} cannot be started: ${cause.message}`, {
          hint: 'install OpenSSH: apt install openssh-client',
          cause,
        }),
      ),
    );
    child.on('close', (code, signal) =>
      resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
