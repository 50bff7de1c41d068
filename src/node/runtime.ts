import { readFileSync } from 'node:fs';

const parts = [
  'facts',
  'files',
  'package',
  'suite',
  'user',
  'systemd',
  'port',
  'sysctl',
  'command',
  'artifact',
  'applied',
];

/** Everything that runs inside a detached runner, before its own steps. */
export const applyRuntime = runtimeOf(['found', 'apply']);

/** Everything that an observation or a question runs with, before its own steps. */
export const checkRuntime = runtimeOf(['delivery', 'check']);

/** What machines that were there before their cluster are asked and told with. */
export const hostRuntime = runtimeOf(['check', 'claim', 'found', 'leave', 'preflight']);

/** What changing a host key runs with; others need none of it. */
export const hostKeyRuntime = ['prelude', 'check', 'host-key'].map(runtimeFile).join('');

/** The POSIX sh text of one file in `runtime/`, without its comments. */
export function runtimeFile(name: string): string {
  const text = readFileSync(new URL(`./runtime/${name}.sh`, import.meta.url), 'utf8');
  return text.replaceAll(/^[ ]*#.*\n/gm, '');
}

function runtimeOf(own: readonly string[]): string {
  return ['prelude', ...parts, ...own].map(runtimeFile).join('');
}
