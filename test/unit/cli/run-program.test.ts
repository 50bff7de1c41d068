import { describe, expect, it } from 'vitest';
import type { Actions } from '../../../src/cli/actions.ts';
import { DeployerError, Interrupted, NodesFailed, SourceError } from '../../../src/errors.ts';
import { run } from './fake-session.ts';

const created: Awaited<ReturnType<Actions['create']>> = {
  cluster: 'zookeeper-default',
  run: 'r1',
  changed: true,
  ms: 16_800,
  nodes: [{ name: 'zookeeper-default-1', address: '10.77.0.11' }],
  proofs: [],
  calls: {},
  outputs: { connect: '10.77.0.11:2181' },
};

/** Runs `argv` and gives back the request that the action got. */
async function requestOf<Verb extends keyof Actions>(verb: Verb, argv: readonly string[]) {
  const requests: unknown[] = [];
  const take = async (request: unknown) => {
    requests.push(request);
    throw new DeployerError('enough', 'enough');
  };
  const { stderr } = await run(argv, { [verb]: take });
  expect(stderr).toContain('enough');
  return requests[0];
}

const failing = (error: unknown): Partial<Actions> => ({
  create: async () => {
    throw error;
  },
});

describe('create', () => {
  it('prints how to use the cluster, look at it, log in and remove it', async () => {
    const argv = ['zookeeper', '-p', 'aws', '--name', "it's"];
    const { code, stdout } = await run(argv, { create: async () => created });

    expect(code).toBe(0);
    expect(stdout).toMatchInlineSnapshot(`
      "ready in 16.8s
        connect   10.77.0.11:2181
        look      deployer zookeeper --op status -p aws --name 'it'\\''s'
        log in    deployer ssh zookeeper 1 -p aws --name 'it'\\''s'
        remove    deployer zookeeper --op destroy -p aws --name 'it'\\''s'
      "
    `);
  });

  it('prints one versioned object under --json and nothing else', async () => {
    const actions: Partial<Actions> = {
      create: async (_, { emit }) => {
        emit({ type: 'plan-made', cluster: 'zookeeper-default', summary: 'a plan', phases: [] });
        return created;
      },
    };
    const { stdout, stderr } = await run(['zookeeper', '--json'], actions);

    expect(JSON.parse(stdout)).toEqual({ version: 1, operation: 'create', ok: true, ...created });
    expect(stdout.trimEnd()).not.toContain('\n');
    expect(stderr).toBe('');
  });

  it('tells what happens on stderr, as lines or as events', async () => {
    const event = { type: 'plan-made', cluster: 'c', summary: 'a plan', phases: [] } as const;
    const create: Actions['create'] = async (_, { emit }) => {
      emit(event);
      return created;
    };

    expect((await run(['zookeeper'], { create })).stderr).toBe('a plan\n');
    expect((await run(['zookeeper', '-q'], { create })).stderr).toBe('');
    const { stderr } = await run(['zookeeper', '--events'], { create });
    expect(JSON.parse(stderr)).toEqual(event);
  });

  it('asks for what the options say', async () => {
    const line =
      'zookeeper -p aws -c x.yml -n 5 --set a=1 --set b=x=y --name z --state s --wait 2m';

    expect(await requestOf('create', [...line.split(' '), '--no-setup'])).toEqual({
      recipe: 'zookeeper',
      profile: 'aws',
      config: 'x.yml',
      count: 5,
      parameters: { a: '1', b: 'x=y' },
      name: 'z',
      state: 's',
      waitMs: 120_000,
      setup: false,
      replace: [],
      force: false,
      forceUnprotect: false,
      plan: undefined,
    });
  });

  it('says nothing of what the options leave open', async () => {
    expect(await requestOf('create', ['zookeeper'])).toEqual({
      recipe: 'zookeeper',
      profile: undefined,
      config: undefined,
      count: undefined,
      parameters: {},
      name: undefined,
      state: undefined,
      waitMs: 0,
      setup: true,
      replace: [],
      force: false,
      forceUnprotect: false,
      plan: undefined,
    });
  });
});

describe('the other verbs', () => {
  it.each(['status', 'execute', 'logs', 'render'])(
    '%s neither waits for the lock nor sets anything up, and refuses to be told how',
    async (verb) => {
      for (const option of ['--wait', '--no-setup']) {
        const { code, stderr } = await run([verb, 'zookeeper', option]);

        expect(code).toBe(2);
        expect(stderr).toContain(`unknown option '${option}'`);
      }
    },
  );

  it('destroy waits for the lock as long as it is told to, and sets nothing up', async () => {
    expect(await requestOf('destroy', ['destroy', 'zookeeper', '--wait'])).toEqual({
      recipe: 'zookeeper',
      profile: undefined,
      config: undefined,
      name: undefined,
      state: undefined,
      confirmed: false,
      forceUnprotect: false,
      purgeData: false,
      waitMs: 3_600_000,
    });
    expect((await run(['destroy', 'zookeeper', '--no-setup'])).code).toBe(2);
  });

  it('execute asks for uptime on all nodes by default', async () => {
    expect(await requestOf('execute', ['zookeeper', '-o', 'execute'])).toMatchObject({
      recipe: 'zookeeper',
      command: 'uptime',
      nodes: [],
    });
    expect(
      await requestOf('execute', ['execute', 'zookeeper', '-r', 'df -h', '--limit', '1,3']),
    ).toMatchObject({ command: 'df -h', nodes: ['1', '3'] });
  });

  it('execute prints the output of every node as it comes, and fails when a command failed', async () => {
    const execute: Actions['execute'] = async (_, { emit }) => {
      emit({ type: 'node-output', node: 'z-1', stream: 'stdout', line: 'up' });
      emit({ type: 'node-output', node: 'z-2', stream: 'stderr', line: 'no such thing' });
      const output = { signal: null, stdout: '', stderr: '', error: null };
      const nodes = [
        { node: 'z-1', code: 0, ...output },
        { node: 'z-2', code: 127, ...output },
      ];
      return { cluster: 'z', ok: false, nodes };
    };

    expect(await run(['execute', 'zookeeper'], { execute })).toEqual({
      code: 1,
      stdout: 'z-1  up\nz-2  ended with exit code 127\n',
      stderr: 'z-2  no such thing\n',
    });
  });

  it('ssh passes on what stands after --, and ends with the exit code of what it started', async () => {
    expect(await requestOf('ssh', ['ssh', 'zookeeper', '2', '--', 'ls', '-la'])).toMatchObject({
      node: '2',
      command: ['ls', '-la'],
    });
    const ssh: Actions['ssh'] = async () => ({ file: 'sh', args: ['-c', 'exit 7'] });
    expect((await run(['ssh', 'zookeeper', '1'], { ssh })).code).toBe(7);
  });

  it('ssh says what is missing when there is no ssh', async () => {
    const ssh: Actions['ssh'] = async () => ({ file: '/nowhere/ssh', args: [] });
    const { code, stderr } = await run(['ssh', 'zookeeper', '1'], { ssh });

    expect(code).toBe(1);
    expect(stderr).toContain('apt install openssh-client');
  });

  it('logs knows its own -n', async () => {
    expect(
      await requestOf('logs', ['zookeeper', '1', '--op', 'logs', '-f', '-n', '7']),
    ).toMatchObject({ node: '1', follow: true, lines: 7 });
    const refused = await run(['logs', 'zookeeper', '-f', '--json']);
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout).error.code).toBe('json-cannot-follow');
  });

  it('tunnel takes a node and ports, and refuses what can be none', async () => {
    expect(await requestOf('tunnel', ['tunnel', 'zookeeper', '2', '2181'])).toMatchObject({
      ...{ recipe: 'zookeeper', node: '2', port: 2181, local: undefined },
    });
    expect(
      await requestOf('tunnel', ['tunnel', 'zookeeper', '2', '2181', '--local', '0']),
    ).toMatchObject({ port: 2181, local: 0 });
    for (const port of ['0', '65536', '22x', '-1']) {
      expect((await run(['tunnel', 'zookeeper', '2', port])).code).toBe(2);
    }
    const refused = await run(['tunnel', 'zookeeper', '2', '2181', '--json']);
    expect(refused.code).toBe(2);
    expect(JSON.parse(refused.stdout).error.code).toBe('json-cannot-follow');
  });

  it('cloud looks unless it is told to go down', async () => {
    expect(await requestOf('cloudLook', ['cloud'])).toEqual({
      config: undefined,
      state: undefined,
    });
    expect(await requestOf('cloudDown', ['cloud', 'down', '--all'])).toMatchObject({ all: true });
    expect((await run(['cloud', 'dwon'])).code).toBe(2);
    expect((await run(['cloud', '--all'])).stderr).toContain('deployer cloud down');
  });

  it('cloud serves where and as what it is told, until it is stopped', async () => {
    expect(await requestOf('cloudServe', ['cloud', 'serve'])).toMatchObject({
      ...{ port: undefined, personality: undefined, misbehave: undefined },
    });
    const words = ['--port', '0', '--personality', 'openstack', '--misbehave', 'throttle,late:3s'];
    expect(await requestOf('cloudServe', ['cloud', 'serve', ...words])).toMatchObject({
      ...{ port: 0, personality: 'openstack', misbehave: ['throttle', 'late:3s'] },
    });
    const refused = await run(['cloud', 'serve', '--json']);
    expect(JSON.parse(refused.stdout).error.code).toBe('json-cannot-follow');
    expect((await run(['cloud', 'down', '--port', '1'])).stderr).toContain('deployer cloud serve');
  });

  it('cloud env prints what a shell takes over', async () => {
    const cloudEnv = async () => ({ endpoint: 'http://x', variables: { A: '1', B: '2' } });
    expect((await run(['cloud', 'env'], { cloudEnv })).stdout).toBe('export A=1\nexport B=2\n');
  });

  it('cloud misbehaves as it is told by one word or several, which its help explains', async () => {
    expect(await requestOf('cloudMisbehave', ['cloud', 'misbehave'])).toMatchObject({ specs: [] });
    expect(
      await requestOf('cloudMisbehave', ['cloud', 'misbehave', 'throttle,late:3s', 'die']),
    ).toMatchObject({ specs: ['throttle', 'late:3s', 'die'] });
    expect((await run(['cloud', 'serve', 'throttle'])).code).toBe(2);
    const { stdout } = await run(['cloud', 'misbehave', '--help']);
    expect(stdout).toContain('capacity:TYPE/ZONE/MARKET[:N]');
    expect(stdout).toContain('none');
  });
});

describe('errors', () => {
  it.each([
    [new DeployerError('x', 'a node failed'), 1],
    [new SourceError([{ location: { file: 'a.yml', line: 2, column: 3 }, message: 'no' }]), 2],
    [new DeployerError('locked', 'another run', { exitCode: 4 }), 4],
    [new Interrupted(), 130],
  ])('end with the exit code of the error: %s', async (error, code) => {
    const ran = await run(['zookeeper'], failing(error));

    expect(ran.code).toBe(code);
    expect(ran.stderr).toContain(`error: ${error.message}`);
    expect(ran.stdout).toBe('');
  });

  it('stand in the object under --json too', async () => {
    const failure = {
      node: 'z-1',
      error: new DeployerError('no-disk', 'disk full', { hint: 'h' }),
    };
    const error = new NodesFailed('one node failed', [failure]);
    const { stdout, code } = await run(['zookeeper', '--json'], failing(error));

    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toEqual({
      version: 1,
      ok: false,
      error: {
        code: 'nodes-failed',
        message: 'one node failed',
        nodes: [{ node: 'z-1', error: { code: 'no-disk', message: 'disk full', hint: 'h' } }],
      },
    });
  });

  it('keep every line of --events one of JSON', async () => {
    const { stderr } = await run(['zookeeper', '--events'], failing(new DeployerError('x', 'no')));

    expect(JSON.parse(stderr)).toEqual({ type: 'error', error: { code: 'x', message: 'no' } });
  });

  it('of the program itself are thrown, for the crash report', async () => {
    await expect(run(['zookeeper'], failing(new TypeError('a fault')))).rejects.toThrow('a fault');
  });

  it('of an aborted call are the interruption that caused it', async () => {
    const signal = AbortSignal.abort(new Interrupted('stopped by SIGINT'));
    const abort = new DOMException('aborted', 'AbortError');

    expect(await run(['zookeeper'], failing(abort), { signal })).toMatchObject({
      code: 130,
      stderr: 'error: stopped by SIGINT\n',
    });
  });
});

describe('the command line', () => {
  it.each([
    ['an unknown option', 'zookeeper --nmae x', "unknown option '--nmae'", 'Did you mean --name?'],
    ['a count that is none', 'zookeeper -n 0', "argument '0' is invalid", ''],
    ['a parameter without a value', 'zookeeper --set clientPort', 'key=value', ''],
    ['a duration that is none', 'zookeeper --wait 5x', 'a duration like', ''],
    ['a missing recipe', 'status', "missing required argument 'recipe'", ''],
    ['a word too many', 'list zookeeper', 'too many arguments', ''],
    ['an unknown operation', 'zookeeper --op destory', '"destory"', 'did you mean "destroy"?'],
  ])('refuses %s with exit code 2', async (_, line, message, hint) => {
    const { code, stdout, stderr } = await run(line.split(' '));

    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(message);
    expect(stderr).toContain(hint);
  });

  it('answers --version and --help on stdout with exit code 0', async () => {
    expect(await run(['--version'])).toEqual({ code: 0, stdout: '1.2.3\n', stderr: '' });
    const help = await run(['--help']);
    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('Exit codes:');
    expect((await run(['zookeeper', '--help'])).stdout).toContain('deployer create');
  });

  it('shows how it is used on stderr when there is nothing to do', async () => {
    const { code, stdout, stderr } = await run([]);

    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('Usage: deployer RECIPE');
  });
});
