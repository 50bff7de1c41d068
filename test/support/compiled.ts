import { execFileSync } from 'node:child_process';
import { symlinkSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const repository = resolve(import.meta.dirname, '../..');

/** Compiles a module of src/ and what it imports into `folder`, for real Node processes; the path of its JavaScript. */
export function compiled(folder: string, module: string): string {
  const config = {
    extends: join(repository, 'tsconfig.build.json'),
    compilerOptions: {
      rootDir: join(repository, 'src'),
      outDir: join(folder, 'dist'),
      typeRoots: [join(repository, 'node_modules/@types')],
    },
    include: [],
    files: [join(repository, 'src', `${module}.ts`)],
  };
  writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ type: 'module' }));
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  execFileSync(join(repository, 'node_modules/.bin/tsc'), ['-p', folder], { stdio: 'pipe' });
  return join(folder, 'dist', `${module}.js`);
}
