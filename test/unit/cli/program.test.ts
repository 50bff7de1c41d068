import { expect, test } from 'vitest';
import { verbs } from '../../../src/actions/verbs.ts';
import { lazyActions } from '../../../src/cli/actions.ts';
import { buildProgram } from '../../../src/cli/program.ts';

test('the program has exactly the verbs that no recipe may be called by', () => {
  const { stdout, stderr } = process;
  const program = buildProgram(
    { actions: lazyActions, env: {}, version: '1.2.3', stdout, stderr },
    { run: async () => undefined, confirms: async () => false, exitWith: () => undefined },
  );
  const names = program.commands.map((command) => command.name());

  expect([...names, 'help'].sort()).toEqual([...verbs].sort());
});
