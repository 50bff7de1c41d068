// Copies to dist/ what the compiler leaves behind: the shell scripts that the program runs or sends to nodes.
import { copyFile, mkdir, readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';

for (const path of await readdir('src', { recursive: true })) {
  if (!path.endsWith('.sh')) continue;
  const target = join('dist', path);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(join('src', path), target);
}
