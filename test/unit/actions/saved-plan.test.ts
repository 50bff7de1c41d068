import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { assertSamePlan, readSavedPlan } from '../../../src/actions/saved-plan.ts';
import { makePlan } from '../../../src/plan/plan.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { modelOfRecipe } from '../plan/model-of.ts';
import { input } from '../plan/observed.ts';

const newFolder = temporaryFolders();
let cwd: string;
beforeEach(() => {
  cwd = newFolder();
});

const saved = {
  ...{ version: 1, operation: 'plan', cluster: 'zookeeper-default', hash: '0123456789ab' },
  request: { recipe: 'zookeeper', count: 5, parameters: { clientPort: '2182' }, replace: ['2'] },
};

type Request = Parameters<typeof readSavedPlan>[0];

/** What `deployer zookeeper --plan FILE` asks for. */
const bare: Request = {
  ...{ recipe: 'zookeeper', profile: undefined, name: undefined, count: undefined },
  ...{ parameters: {}, replace: [], state: undefined, config: undefined, plan: 'plan.json' },
};

function read(content: unknown, request: Partial<Request> = {}) {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  writeFileSync(join(cwd, 'plan.json'), text);
  return readSavedPlan({ ...bare, ...request }, { cwd });
}

describe('a saved plan', () => {
  test('brings the request that it was made for', async () => {
    expect(await read(saved)).toEqual({
      file: 'plan.json',
      cluster: 'zookeeper-default',
      hash: '0123456789ab',
      request: { ...saved.request, profile: undefined, name: undefined },
    });
  });

  test('may hold more than is needed to apply it, such as what is to be seen', async () => {
    await expect(read({ ...saved, nodes: [], machines: [{}] })).resolves.toMatchObject({
      hash: saved.hash,
    });
  });

  test('is found by an absolute path too', async () => {
    await expect(read(saved, { plan: join(cwd, 'plan.json') })).resolves.toMatchObject({
      hash: saved.hash,
    });
  });

  test('may be named together with the place that it is for', async () => {
    const request = { ...saved.request, profile: 'aws', name: 'zk' };
    await expect(
      read({ ...saved, request }, { profile: 'aws', name: 'zk' }),
    ).resolves.toMatchObject({ request: { profile: 'aws', name: 'zk' } });
  });

  test('is for the default profile where it names none, so that one may be named', async () => {
    await expect(read(saved, { profile: 'default' })).resolves.toMatchObject({ hash: saved.hash });
    const request = { ...saved.request, profile: 'default' };
    await expect(read({ ...saved, request })).resolves.toMatchObject({ hash: saved.hash });
  });

  test.each([
    ['no JSON', 'hello'],
    ['JSON of another kind', []],
    ['the result of another operation', { ...saved, operation: 'create' }],
    ['a plan of another version', { ...saved, version: 2 }],
    ['a plan without its request', { ...saved, request: undefined }],
  ])('is not %s', async (_, content) => {
    await expect(read(content)).rejects.toMatchObject({
      code: 'no-plan',
      exitCode: 2,
      message: 'plan.json is not a plan of this program',
      hint: expect.stringContaining('--out'),
    });
  });

  test('must be there', async () => {
    await expect(readSavedPlan({ ...bare, plan: 'other.json' }, { cwd })).rejects.toMatchObject({
      code: 'no-plan',
      message: 'cannot read the plan other.json',
    });
  });

  test.each([
    ['-n', { count: 3 }],
    ['--set', { parameters: { clientPort: '2183' } }],
    ['--replace', { replace: ['1'] }],
  ])('settles %s, so nobody may say it as well', async (flag, request) => {
    await expect(read(saved, request)).rejects.toMatchObject({
      code: 'other-plan',
      message: expect.stringContaining(flag),
    });
  });

  test.each([
    ['recipe', { recipe: 'hello' }],
    ['profile', { profile: 'aws' }],
    ['name', { name: 'another' }],
  ])('is refused for another %s, and says what it is for', async (_, request) => {
    await expect(read(saved, request)).rejects.toMatchObject({
      code: 'other-plan',
      message: 'the plan in plan.json is for zookeeper',
    });
  });
});

describe('reality', () => {
  test('must be what the plan was made against', async () => {
    const plan = makePlan(input(await modelOfRecipe('hello', 1)));
    const same = { ...(await read(saved)), hash: plan.hash };
    expect(() => assertSamePlan(same, plan)).not.toThrow();
    const grown = makePlan(input(await modelOfRecipe('hello', 2)));
    expect(() => assertSamePlan(same, grown)).toThrow(
      `the plan in plan.json no longer fits: it was ${plan.hash}, and now it would be ${grown.hash}`,
    );
  });
});
