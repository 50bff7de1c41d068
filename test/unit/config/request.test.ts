import path from 'node:path';
import { expect, test } from 'vitest';
import {
  type RequestDeps,
  type RequestInput,
  resolveRequest,
} from '../../../src/config/request.ts';
import { folderWith, refusals } from '../recipe/recipe-folder.ts';

const installation = path.resolve(import.meta.dirname, '../../..');

const config = `profiles:
  default:
    credentials: local
    image: debian-12
    instanceType: t3.medium
    count: 3
    timeouts: {reach: 90s}
  cloud:
    credentials: aws
    image: ami-1
    instanceType: t3.large
    username: admin
  broken:
    credentials: asw
    image: x
    instanceType: y
credentials:
  local: {cloud: local}
  aws:
    region: eu-central-1
    accessKey: {env: KEY}
    secretKey: {command: echo hunter2}
`;

async function resolve(
  input: Partial<RequestInput>,
  files: Record<string, string> = { 'config.yml': config },
) {
  const cwd = await folderWith(files);
  const deps: RequestDeps = {
    cwd,
    env: {},
    homeDir: '/home/somebody',
    installation,
    verbs: ['create'],
  };
  const request = () => resolveRequest({ recipe: 'zookeeper', ...input }, deps);
  return { cwd, deps, request };
}

test('flags win over the profile, the profile over the recipe', async () => {
  const profile = await (await resolve({})).request();
  expect(profile).toMatchObject({
    count: 3,
    clusterName: 'zookeeper-default',
    profileName: 'default',
  });
  const flags = await (await resolve({ count: 5, set: ['clientPort=2182'], name: 'zk' })).request();
  expect(flags).toMatchObject({ count: 5, roleCounts: { server: 5 }, clusterName: 'zk' });
  expect(flags.composition.components).toMatchObject([
    { params: { clientPort: 2182, quorumPort: 2888 } },
  ]);
  expect(flags.asked).toMatchObject({ count: 5, params: new Map([['clientPort', 2182]]) });
});

test('a profile has every default filled in', async () => {
  const local = await (await resolve({})).request();
  expect(local.profile).toMatchObject({
    username: 'root',
    hostKeys: 'console',
    reachTimeoutMs: 90_000,
  });
  expect(local.credentials).toEqual({ kind: 'local', name: 'local' });
  const cloud = await (await resolve({ profile: 'cloud' })).request();
  expect(cloud.profile).toMatchObject({
    username: 'admin',
    hostKeys: 'inject',
    reachTimeoutMs: 300_000,
  });
  expect(cloud.credentials).toMatchObject({
    kind: 'ec2',
    region: 'eu-central-1',
    accessKey: { env: 'KEY' },
  });
});

test('every value tells where it comes from, and a secret only where it is read from', async () => {
  const { request } = await resolve({ profile: 'cloud', set: ['tickTime=3000'] });
  const { origins } = await request();
  const told = Object.fromEntries(
    origins.map(({ key, value, origin }) => [key, `${value} | ${origin}`]),
  );
  expect(told).toMatchObject({
    'profile.image': 'ami-1 | config.yml:10:12',
    'profile.artifacts': 'push | default',
    'profile.timeouts.reach': '5m | default',
    'params.tickTime': '3000 | --set',
    'params.clientPort': '2181 | default of recipe zookeeper',
    count: '3 | default of recipe zookeeper',
    'credentials.region': 'eu-central-1 | config.yml:20:13',
    'credentials.accessKey': 'from the environment variable KEY | config.yml:21:16',
    'credentials.secretKey': 'from a command | config.yml:22:16',
  });
  expect(JSON.stringify(origins)).not.toContain('hunter2');
});

test('a profile may stand in a file of its own', async () => {
  const { request } = await resolve(
    { profile: 'big' },
    {
      'config.yml': config,
      'profiles/big.yml': 'credentials: local\nimage: debian-12\ninstanceType: t3.xlarge\n',
    },
  );
  const { profile, origins } = await request();
  expect(profile.instanceTypes).toEqual(['t3.xlarge']);
  expect(origins).toContainEqual({
    key: 'profile.instanceType',
    value: 't3.xlarge',
    origin: 'profiles/big.yml:3:15',
  });
});

test.each([
  [{ profile: 'defalt' }, 'unknown-profile', 'did you mean "default"?'],
  [{ profile: 'constructor' }, 'unknown-profile', 'profiles: '],
  [{ set: ['constructor=1'] }, 'invalid-setting', 'parameters: '],
  [{ recipe: 'zookeper' }, 'unknown-recipe', 'did you mean "zookeeper"?'],
  [{ configFile: 'missing.yml' }, 'no-config', 'leave -c out'],
  [{ set: ['clientPort'] }, 'invalid-setting', 'for example'],
  [{ set: ['clientport=1'] }, 'invalid-setting', 'did you mean "clientPort"?'],
  [{ set: ['clientPort=x'] }, 'invalid-setting', 'port that clients connect to'],
  [{ set: ['clientPort=[1'] }, 'invalid-setting', 'port that clients connect to'],
  [{ count: 0 }, 'invalid-count', 'use -n 1 or more'],
  [{ count: 11 }, 'invalid-count', 'use -n 9 or fewer'],
  [{ name: 'Not A Name' }, 'invalid-name', 'small letters'],
  [{ name: 'x'.repeat(60) }, 'invalid-name', 'at most 57'],
])('%j is refused before anything is touched', async (input, code, hint) => {
  const { request } = await resolve(input);
  await expect(request()).rejects.toMatchObject({
    code,
    exitCode: 2,
    hint: expect.stringContaining(hint),
  });
});

test('an even number of quorum members is refused with the reason', async () => {
  await expect((await resolve({ count: 4 })).request()).rejects.toMatchObject({
    message: 'zookeeper needs an odd number of servers: 4 tolerate no more failures than 3',
    hint: 'use -n 3 or -n 5',
  });
});

test('credentials that do not exist are refused at the profile that names them', async () => {
  const { cwd, request } = await resolve({ profile: 'broken' });
  expect(await refusals(cwd, request())).toEqual([
    'config.yml:14:18 there are no credentials "asw" in /config.yml | did you mean "aws"?',
  ]);
});

test('a profile that stands in two places is refused', async () => {
  const { cwd, request } = await resolve({}, { 'config.yml': config, 'profiles/default.yml': 'x' });
  expect((await refusals(cwd, request()))[0]).toContain(
    'config.yml:2:3 the profile "default" stands here and in',
  );
});

const former = `endpoints: {}
profiles:
  default:
    imageId: emi-1
    machineCount: 3
    sshUsername: root
    accessKey: AKIAHUNTER2
    volumeSize: 10
`;

test("the former tool's keys are refused with their new names, and no value is repeated", async () => {
  const { cwd, request } = await resolve({}, { 'config.yml': former });
  const problems = await refusals(cwd, request());
  const expected = [
    'config.yml:1:1 unknown key "endpoints" | it is called `credentials` now',
    'config.yml:4:5 unknown key "imageId" | it is called `image` now',
    'config.yml:5:5 unknown key "machineCount" | it is called `count` now',
    'config.yml:6:5 unknown key "sshUsername" | it is called `username` now',
    'config.yml:7:5 unknown key "accessKey" | write {env: NAME}',
    'config.yml:8:5 unknown key "volumeSize" | remove it',
  ];
  for (const each of expected)
    expect(problems.some((problem) => problem.startsWith(each))).toBe(true);
  expect(problems.join()).not.toContain('HUNTER2');
});

test('a secret that stands in the file is refused at its place without being repeated', async () => {
  const { cwd, request } = await resolve(
    {},
    { 'config.yml': config.replace('{env: KEY}', 'AKIAHUNTER2') },
  );
  expect(await refusals(cwd, request())).toEqual([
    'config.yml:21:16 a secret must not stand in this file: write {env: NAME}, {file: PATH} or {command: "…"}',
  ]);
});

test.each([
  [
    '    region: eu-central-1\n',
    '',
    'config.yml:20:5 expected cloud: local, cloud: static, a region or an endpoint',
  ],
  ['region:', 'regoin:', 'unknown key "regoin" | did you mean "region"?'],
  ['    accessKey: {env: KEY}\n', '', 'accessKey and secretKey go together'],
  ['{cloud: local}', '{cloud: locla}', 'config.yml:18:18 expected "local"'],
  ['count: 3', 'count: 0', 'config.yml:6:12 expected number to be >=1'],
  ['reach: 90s', 'reach: 90', 'config.yml:7:23 expected a text, found a number'],
])('%j written as %j is refused', async (from, to, expected) => {
  expect(config).toContain(from);
  const { cwd, request } = await resolve({}, { 'config.yml': config.replace(from, to) });
  expect((await refusals(cwd, request())).join('\n')).toContain(expected);
});

test('a recipe beside the config.yml in force is found, and one of the same name hides a shipped one', async () => {
  const own =
    'recipe: hello\nabout: own\nsupports: [debian-12]\nroles: {node: {}}\nphases: [{nothing: {}}]\n';
  const { request } = await resolve(
    { recipe: 'hello' },
    { 'config.yml': config, 'recipes/hello.yml': own },
  );
  expect((await request()).recipe.about).toBe('own');
});

test('what was set once counts no more where a recipe sets it by now, and is remembered no longer', async () => {
  const recipe = (name: string, more: string) => `recipe: ${name}
about: for tests
supports: [debian-12]
params: {port: {type: integer, default: 80, about: port}, level: {default: info, about: level}}
roles: {node: {count: 1}}
${more}phases: [{start: {service: {name: ${name}}}}]
`;
  const uses = 'uses: {base: {roles: {node: {on: node}}, params: {port: 81}}}\n';
  const files = {
    'config.yml': config,
    'recipes/top.yml': recipe('top', uses),
    'recipes/base.yml': recipe('base', ''),
  };
  const params = { 'base.port': 82, 'base.level': 'debug', port: 83 };
  const remembered = { count: 1, params, fixed: {} };
  const again = await resolve({ recipe: 'top', remembered }, files);
  const { composition, asked } = await again.request();
  expect(composition.components).toMatchObject([
    { params: { port: 81, level: 'debug' } },
    { params: { port: 83 } },
  ]);
  expect([...asked.params.keys()]).toEqual(['base.level', 'port']);
  const said = await resolve({ recipe: 'top', remembered, set: ['base.port=82'] }, files);
  await expect(said.request()).rejects.toMatchObject({ code: 'passed-setting' });
});
