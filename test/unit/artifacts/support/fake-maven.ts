import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { digestOf } from './sample-artifact.ts';

/** An `mvn` that has every file of the repository, and writes down how it was called. */
export interface FakeMaven {
  /** The environment in which it is found. */
  readonly env: NodeJS.ProcessEnv;
  /** Puts the program there; before it there is none. */
  install(): void;
  /** The projects that it was called with. */
  poms(): readonly string[];
}

/** @param files what it copies, by name; @param script what it does besides, first */
export function fakeMaven(
  folder: string,
  files: Readonly<Record<string, string>>,
  script = '',
): FakeMaven {
  const [repository, bin, calls] = [
    join(folder, 'repository'),
    join(folder, 'bin'),
    join(folder, 'calls'),
  ];
  for (const each of [repository, bin]) mkdirSync(each, { recursive: true });
  writeFileSync(calls, '');
  // This computer may have an mvn of its own among its programs.
  for (const program of ['cp', 'tr']) symlinkSync(`/usr/bin/${program}`, join(bin, program));
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(repository, name), content);
  const program = `#!/bin/sh
${script}
for word in "$@"; do
  case $word in
    -DoutputDirectory=*) cp ${repository}/* "\${word#*=}"/ ;;
    *pom.xml) tr -d '\\n' <"$word" >>${calls}; echo >>${calls} ;;
  esac
done
`;
  return {
    env: { PATH: bin },
    install: () => {
      writeFileSync(join(bin, 'mvn'), program);
      chmodSync(join(bin, 'mvn'), 0o755);
    },
    poms: () =>
      readFileSync(calls, 'utf8')
        .split('\n')
        .filter((line) => line !== ''),
  };
}

/** A lock file of these files, by coordinates. */
export function lockOf(files: Readonly<Record<string, string>>): string {
  return Object.entries(files)
    .map(([name, content]) => `${name} ${digestOf(content).slice(7)} ${content.length}\n`)
    .join('');
}
