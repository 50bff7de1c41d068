import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { errorOf } from './support/program.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

let workspace: Workspace;
beforeEach(async () => {
  workspace = await openWorkspace();
});
afterEach(async () => workspace[Symbol.asyncDispose]());

/** The error of a run that must be refused before anything is touched. */
async function refused(...args: readonly string[]) {
  const outcome = await workspace.run([...args, '--json']);
  const error = errorOf(outcome);
  expect(outcome.code, outcome.stderr).toBe(2);
  for (const folder of [workspace.cloudFolder, workspace.stateFolder]) {
    await expect(access(folder), `${folder} must not be there`).rejects.toThrow();
  }
  return error;
}

const config = 'config.yml';
const recipe = 'recipes/waiting.yml';

/** Every problem told of: its place with the file as the tests call it, and its words. */
async function problems(...args: readonly string[]): Promise<readonly string[]> {
  const told = (await refused(...args)).problems ?? [];
  return told.map(({ location: { file, line, column }, message, hint = '' }) => {
    const name = file.replace(`${workspace.folder}/`, '');
    return `${name}:${line}:${column} ${message} ${hint}`;
  });
}

describe('deployer given wrong files', () => {
  it.for([
    [
      'an unknown key in config.yml',
      config,
      'instanceType:',
      'instanceTyp:',
      /:5:5 .*"instanceTyp".*"instanceType"/,
    ],
    ['an unknown key in a recipe', recipe, 'class:', 'clas:', /:16:5 .*"clas".*"class"/],
    ['a mistake in YAML', recipe, 'count: 1}', 'count: 1', /:8:1 not valid YAML/],
    ['a value of the wrong type', recipe, 'count: 1', 'count: many', /:6:17 .*number/],
    [
      'an unknown variable',
      recipe,
      '{{cluster.name}}',
      '{{cluster.nme}}',
      /:11:\d+ .*cluster\.nme.*name/,
    ],
    ['a key of the forerunner', config, 'image:', 'imageId:', /:4:5 .*imageId.*\bimage\b/],
  ] as const)('names the place of %s, and what was meant', async ([, file, from, to, told]) => {
    await workspace.edit(file, from, to);

    const all = await problems('waiting');

    expect(all).toContainEqual(expect.stringMatching(new RegExp(`^${file}${told.source}`)));
  });

  it('refuses a secret that stands in config.yml, and does not repeat it', async () => {
    const secret = 'wJalrXUtnFEMI';
    await workspace.edit(
      config,
      'cloud: local',
      `region: eu-1, accessKey: { env: A }, secretKey: ${secret}`,
    );

    const outcome = await workspace.run(['hello', '--json']);

    expect(outcome.code).toBe(2);
    const lines = (await readFile(join(workspace.folder, config), 'utf8')).split('\n');
    const line = lines.findIndex((each) => each.includes(secret)) + 1;
    expect(errorOf(outcome).problems?.[0]?.location.line).toBe(line);
    expect(outcome.stdout + outcome.stderr).not.toContain(secret);
  });
});

describe('deployer given wrong words', () => {
  it.for([
    ['an unknown recipe', ['zookeper'], 'zookeeper'],
    ['an unknown profile', ['hello', '-p', 'impatiant'], 'impatient'],
    ['an unknown operation', ['hello', '--op', 'destory'], 'destroy'],
    ['an unknown option', ['hello', '--counts', '3'], '--count'],
    ['an unknown parameter', ['hello', '--set', 'greting=hi'], 'greeting'],
  ] as const)('suggests what was meant by %s', async ([, args, meant]) => {
    const { message, hint = '' } = await refused(...args);

    expect(`${message}\n${hint}`).toContain(meant);
  });

  it.for([
    ['an even number of ZooKeeper servers', ['zookeeper', '-n', '4'], '4'],
    ['a number of nodes that is none', ['hello', '-n', 'three'], 'three'],
    ['a setting without a value', ['hello', '--set', 'greeting'], 'key=value'],
    ['a setting of the wrong type', ['zookeeper', '--set', 'clientPort=many'], 'clientPort'],
    ['a setting that could leave its quotes', ['hello', '--set', 'greeting=$(id)'], 'greeting'],
    ['two operations at once', ['status', 'hello', '--op', 'destroy'], 'status'],
    ['a name that no machine could have', ['hello', '--name', 'Über'], 'Über'],
    ['a config file that is not there', ['hello', '-c', 'no.yml'], 'no.yml'],
  ] as const)('refuses %s', async ([, args, named]) => {
    const { message, hint = '' } = await refused(...args);

    expect(`${message}\n${hint}`).toContain(named);
  });
});
