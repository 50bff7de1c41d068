import { expect, test } from 'vitest';
import { commandLine } from '../../../src/actions/command-line.ts';

const unsaid = { profile: undefined, config: undefined, name: undefined, state: undefined };

test('a command line says nothing of what was left open', () => {
  expect(commandLine(['web', '--op', 'status'], unsaid, {})).toBe('deployer web --op status');
});

test('a command line repeats every option that chose the cluster', () => {
  const choice = { profile: 'aws', config: 'mine/config.yml', name: 'w', state: '/var/state' };

  expect(commandLine(['web', '--op', 'destroy'], choice, {})).toBe(
    'deployer web --op destroy -p aws -c mine/config.yml --name w --state /var/state',
  );
});

test('a command line calls the program as it was called, and can be pasted whatever it holds', () => {
  const env = { DEPLOYER_COMMAND: '/opt/my tools/deployer' };

  expect(commandLine(['web'], { ...unsaid, name: "it's" }, env)).toBe(
    `'/opt/my tools/deployer' web --name 'it'\\''s'`,
  );
});
