import { expect, test } from 'vitest';
import { compileStep, StepSchema } from '../../../src/node/step-kinds.ts';

const hash = 'b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9';

test.each([
  [{ package: ['curl', 'tar'] }, ['package', 'no', '', 'curl', 'tar']],
  [{ package: { names: ['curl'], recommends: true } }, ['package', 'yes', '', 'curl']],
  [{ package: { names: ['consul'], suite: 'bullseye' } }, ['package', 'no', 'bullseye', 'consul']],
  [{ package: ['libfoo++=1:2.3~rc1+dfsg-4'] }, ['package', 'no', '', 'libfoo++=1:2.3~rc1+dfsg-4']],
  [{ user: { name: 'zk', system: true } }, ['user', 'zk', 'yes', '', '']],
  [{ user: { name: 'zk', groups: ['adm'] } }, ['user', 'zk', 'no', '', '', 'adm']],
  [{ directory: { path: '/srv/a', owner: 'zk' } }, ['directory', '/srv/a', 'zk', 'zk', '755']],
  [{ file: { path: '/a', content: 'hello world' } }, ['file', '/a', hash, 'root', 'root', '644']],
  [
    { file: { path: '/a', content: 'hello world', secret: true } },
    ['file', '/a', hash, 'root', 'root', '600'],
  ],
  [{ unit: { name: 'a', content: 'hello world' } }, ['unit', 'a.service', hash, 'keep']],
  [{ service: { name: 'a', inputs: 'f00' } }, ['service', 'a.service', 'f00', '-', 'restart']],
  [
    { sysctl: { 'vm.max_map_count': 262144 } },
    ['sysctl', 'vm.max_map_count', '/proc/sys/vm/max_map_count', '262144'],
  ],
  [{ command: { run: 'x', creates: '/y', timeout: '2m' } }, ['command', 'x', '', '/y', '', '120']],
  [{ command: { run: 'x', always: true as const } }, ['command', 'x', '', '', '', '300']],
])('%j is %j on the node', (step, call) => {
  expect(compileStep(step).call).toEqual(call);
});

test('a unit is enabled when it says where it wants to be installed', () => {
  const content = '[Install]\nWantedBy=multi-user.target\n';
  expect(compileStep({ unit: { name: 'a', content } }).call.at(-1)).toBe('enable');
  expect(compileStep({ unit: { name: 'a', content, enabled: false } }).call.at(-1)).toBe('disable');
});

test.each([
  [{ pakage: ['curl'] }, [], /a step is one of package, user/],
  [{ package: ['curl'], user: { name: 'a' } }, [], /nothing beside it/],
  [{ toString: {} }, [], /a step is one of/],
  [{ package: ['curl', 'Not One'] }, ['package', 1], /name of a Debian package/],
  [{ package: ['curl='] }, ['package', 0], /with a version/],
  [{ package: ['curl=1.*'] }, ['package', 0], /with a version/],
  [{ package: ['curl=a:1'] }, ['package', 0], /with a version/],
  [{ package: ['curl/bookworm'] }, ['package', 0], /with a version/],
  [{ package: { names: ['curl'], recommend: true } }, ['package'], /recommend/],
  [{ package: { names: ['curl'], suite: 'Sid' } }, ['package', 'suite'], /codename/],
  [{ package: { names: ['curl'], suite: 'oldstable' } }, ['package', 'suite'], /codename/],
  [{ user: { name: 'Zoo Keeper' } }, ['user', 'name'], /user or group name/],
  [{ file: { path: 'etc/x', content: '' } }, ['file', 'path'], /absolute path/],
  [{ file: { path: '/etc/../x', content: '' } }, ['file', 'path'], /absolute path/],
  [{ file: { path: '/etc/x\n', content: '' } }, ['file', 'path'], /absolute path/],
  [{ file: { path: '/x', content: '', mode: 420 } }, ['file', 'mode'], /quoted, like '0644'/],
  [{ file: { path: '/x', content: '', modus: '1' } }, ['file'], /modus/],
  [{ file: { path: '/x', content: 'a\0b' } }, ['file', 'content'], /NUL/],
  [{ command: { run: 'x' } }, ['command'], /"unless" or "creates"/],
  [{ command: { run: 'x', creates: '/y', always: true } }, ['command'], /instead of both/],
  [{ command: { run: 'x', creates: '/y', timeout: '5 minutes' } }, ['command', 'timeout'], /60s/],
  [{ service: { name: '../x', inputs: 'a' } }, ['service', 'name'], /unit name/],
  [{ sysctl: { 'vm; reboot': 1 } }, ['sysctl', 'vm; reboot'], /kernel setting/],
])('%j is refused with its place and reason', (step, path, message) => {
  const [issue] = StepSchema.safeParse(step).error?.issues ?? [];
  expect(issue?.path).toEqual(path);
  expect(issue?.message).toMatch(message);
});
