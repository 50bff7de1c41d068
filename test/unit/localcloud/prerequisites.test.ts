import { expect, test } from 'vitest';
import { checkPrerequisites, installPrerequisites } from '../../../src/localcloud/prerequisites.ts';

test.runIf(process.platform === 'linux')(
  'finds programs outside of the PATH, and says of each thing what brings it',
  async () => {
    const all = await checkPrerequisites({ PATH: '' });
    expect(all.find(({ name }) => name === 'ip')).toMatchObject({ package: 'iproute2' });
    expect(all.find(({ name }) => name === 'unshare')).toMatchObject({ found: true });
    expect(all.every(({ fix, why }) => fix !== '' && why !== '')).toBe(true);
  },
);

test('what no package brings is refused with everything that has to be done', async () => {
  const missing = [
    { name: 'control groups', why: '', found: false, package: undefined, fix: 'Mount them.' },
    { name: 'ip', why: '', found: false, package: 'iproute2', fix: '' },
  ];
  await expect(installPrerequisites(missing, { onProgress: () => {} })).rejects.toMatchObject({
    code: 'prerequisites-missing',
    exitCode: 2,
    hint: 'Mount them.\nRun as root: apt-get install iproute2',
  });
});

test('nothing missing is nothing to do', async () => {
  await expect(installPrerequisites([], { onProgress: () => {} })).resolves.toBeUndefined();
});
