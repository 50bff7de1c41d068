import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { verbs } from '../../../src/actions/verbs.ts';
import { lazyActions } from '../../../src/cli/actions.ts';
import { normalizeArguments } from '../../../src/cli/normalize-arguments.ts';
import { buildProgram, grammarOf } from '../../../src/cli/program.ts';
import { UsageError } from '../../../src/errors.ts';

const { stdout, stderr } = process;
const program = buildProgram(
  { actions: lazyActions, env: {}, version: '0', stdout, stderr },
  { run: async () => undefined, confirms: async () => false, exitWith: () => undefined },
);
const grammar = grammarOf(program);
const normalize = (line: string) =>
  normalizeArguments(line.split(' ').filter(Boolean), grammar).join(' ');

function refusal(line: string): UsageError {
  try {
    normalize(line);
  } catch (error) {
    if (error instanceof UsageError) return error;
    throw error;
  }
  throw new Error(`${line} was accepted`);
}

describe('the verbs of the command line', () => {
  it('are the words that no recipe may bear as its name', () => {
    expect([...grammar.clusterVerbs, ...grammar.otherVerbs].sort()).toEqual([...verbs].sort());
  });
});

describe('normalizing arguments', () => {
  it('creates when there is a recipe alone', () => {
    expect(normalize('zookeeper')).toBe('create zookeeper');
    expect(normalize('zookeeper -n 5 --set a=b')).toBe('create zookeeper -n 5 --set a=b');
    expect(normalize('-p aws zookeeper')).toBe('create zookeeper -p aws');
  });

  it.each([
    '--op status',
    '--op=status',
    '-o status',
    '-ostatus',
    '--operation status',
    '--operation=status',
  ])('reads the operation in %s', (option) => {
    expect(normalize(`zookeeper ${option} -p aws`)).toBe('status zookeeper -p aws');
    expect(normalize(`${option} zookeeper`)).toBe('status zookeeper');
  });

  it('leaves a verb that comes first as it is', () => {
    expect(normalize('status zookeeper -p aws')).toBe('status zookeeper -p aws');
    expect(normalize('cloud down --all')).toBe('cloud down --all');
    expect(normalize('help status')).toBe('help status');
    expect(normalize('status zookeeper --op status')).toBe('status zookeeper');
  });

  it('reads the spellings of old', () => {
    expect(
      normalizeArguments(['cassandra', '-o', 'execute', '-r', 'df -h', '-c', 'x.yml'], grammar),
    ).toEqual(['execute', 'cassandra', '-r', 'df -h', '-c', 'x.yml']);
  });

  it('does not take the value of an option for a word, however it is attached', () => {
    expect(normalize('--profile=status zookeeper')).toBe('create zookeeper --profile=status');
    expect(normalize('-pstatus zookeeper')).toBe('create zookeeper -pstatus');
    expect(normalize('-qp status zookeeper')).toBe('create zookeeper -qp status');
  });

  it('takes the word after --wait for its value only when it looks like a duration', () => {
    expect(normalize('--wait zookeeper')).toBe('create zookeeper --wait');
    expect(normalize('--wait 5m zookeeper')).toBe('create zookeeper --wait 5m');
  });

  it('leaves everything after -- alone', () => {
    expect(normalize('zookeeper 1 --op ssh -- ls --op -la')).toBe('ssh zookeeper 1 -- ls --op -la');
  });

  it('leaves what is about the program itself alone', () => {
    expect(normalize('')).toBe('');
    expect(normalize('--version')).toBe('--version');
    expect(normalize('-h')).toBe('-h');
  });

  it('refuses an unknown operation and names the nearest', () => {
    expect(refusal('zookeeper --op destory')).toMatchObject({
      code: 'unknown-operation',
      message: 'there is no operation "destory" on clusters',
      hint: 'did you mean "destroy"?',
      exitCode: 2,
    });
    expect(refusal('stauts zookeeper').hint).toBe('did you mean "status"?');
    expect(refusal('zookeeper --op frobnicate').hint).toContain('create, plan');
  });

  it('refuses an operation that takes no cluster, and says how it is written', () => {
    expect(refusal('zookeeper --op list').hint).toBe('it stands alone: deployer list');
  });

  it('refuses two operations, and an option without one', () => {
    expect(refusal('status zookeeper --op destroy').code).toBe('two-operations');
    expect(refusal('zookeeper -o status -o destroy').code).toBe('two-operations');
    expect(refusal('zookeeper --op').code).toBe('missing-operation');
  });

  it('leaves an unknown option to the parser, which names it', () => {
    expect(normalize('zookeeper --nmae x')).toBe('create zookeeper x --nmae');
  });

  it('gives both forms of every operation the same meaning, whatever the options', () => {
    const options = fc.subarray([
      ['-p', 'aws'],
      ['--name', 'status'],
      ['-q'],
      ['--wait', '5m'],
      ['--json'],
    ]);
    fc.assert(
      fc.property(fc.constantFrom(...grammar.clusterVerbs), options, (verb, given) => {
        const flags = given.flat();
        const verbFirst = normalizeArguments([verb, 'zookeeper', ...flags], grammar);
        expect(normalizeArguments([...flags, 'zookeeper', '--op', verb], grammar)).toEqual(
          verbFirst,
        );
        expect(verbFirst).toEqual([verb, 'zookeeper', ...flags]);
      }),
    );
  });
});
