import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { loadSshConfig } from '../../../src/ssh-config/config-files.ts';
import { hostSettings } from '../../../src/ssh-config/host-settings.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';

const newFolder = temporaryFolders();

it('finds what is included beside the file that begins, also by wildcards for folders', async () => {
  const folder = newFolder();
  const files = {
    'home/.ssh/config': 'Include conf.*/*.conf',
    'home/.ssh/conf.b/a.conf': 'User second',
    'home/.ssh/conf.a/b.conf': 'User first',
    'home/.ssh/conf.a/.hidden.conf': 'User hidden',
    'home/.ssh/conf.c': 'User nobody',
    'etc/ssh_config': 'Include extra/*',
    'etc/extra/one': 'Port 2222',
    'etc/extra/folder/two': 'Port 3333',
  };
  for (const [name, text] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  }

  const directives = await loadSshConfig(join(folder, 'home'), join(folder, 'etc'));
  expect(hostSettings(directives, 'a')).toMatchObject({ user: 'first', port: 2222 });
});
