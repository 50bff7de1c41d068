import { execFile } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { hostSettings } from '../../src/ssh-config/host-settings.ts';
import { knownOf, parseKnownHosts } from '../../src/ssh-config/known-hosts.ts';
import { temporaryFolders } from '../support/temporary-folder.ts';
import { directivesOf } from '../unit/ssh-config/directives-of.ts';
import { generateKey } from './support/sshd.ts';

const run = promisify(execFile);
const temporaryFolder = temporaryFolders();

const names = ['rack-1', 'rack-2', 'gate', 'rack-10'];
const pattern = fc.constantFrom(...names, 'rack-*', 'rack-?', '*', '!rack-2', '!gate');
const directive = fc.oneof(
  fc.array(pattern, { minLength: 1, maxLength: 3 }).map((words) => `Host ${words.join(' ')}`),
  fc.constantFrom('a', 'b', '"c d"').map((word) => `User ${word}`),
  fc.integer({ min: 1, max: 65_535 }).map((port) => `Port=${port}`),
  fc.constantFrom('10.0.0.1', 'other').map((word) => `HostName ${word} # so far`),
  fc.constantFrom('/k/1', '"/k/2 3"').map((word) => `IdentityFile ${word}`),
  fc.constantFrom('yes', 'no').map((word) => `IdentitiesOnly ${word}`),
  fc.constantFrom('/h/1 /h/2', '/h/3').map((word) => `UserKnownHostsFile ${word}`),
  fc.constant('Match all'),
);

it('reads every ssh_config as OpenSSH does', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'config');
  await fc.assert(
    fc.asyncProperty(fc.array(directive), fc.constantFrom(...names), async (lines, alias) => {
      const text = `${lines.join('\n')}\n`;
      await writeFile(file, text);
      const { stdout } = await run('ssh', ['-G', '-F', file, alias]);
      const said = (keyword: string) =>
        stdout
          .split('\n')
          .flatMap((line) =>
            line.startsWith(`${keyword} `) ? line.slice(keyword.length + 1) : [],
          );
      const settings = hostSettings(await directivesOf(text), alias);
      expect([settings.hostName ?? alias]).toEqual(said('hostname'));
      expect([String(settings.port ?? 22)]).toEqual(said('port'));
      expect([settings.identitiesOnly ? 'yes' : 'no']).toEqual(said('identitiesonly'));
      if (settings.user !== undefined) expect([settings.user]).toEqual(said('user'));
      if (settings.identityFiles !== undefined) {
        expect(settings.identityFiles).toEqual(said('identityfile'));
      }
      if (settings.userKnownHostsFiles.length > 0) {
        expect([settings.userKnownHostsFiles.join(' ')]).toEqual(said('userknownhostsfile'));
      }
    }),
    { numRuns: 150 },
  );
});

it('finds in known_hosts what ssh-keygen finds, also once the names are hashed', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'known_hosts');
  const key = () => generateKey().public.split(' ').slice(0, 2).join(' ');
  const lines = [`rack-1,10.0.0.1 ${key()}`, `[rack-2]:2222 ${key()}`, `Gate ${key()}`];
  await writeFile(file, `${lines.join('\n')}\n`);
  const compare = async () => {
    const known = parseKnownHosts(await readFile(file, 'utf8'));
    for (const [name, port] of [
      ['rack-1', 22],
      ['10.0.0.1', 22],
      ['rack-2', 2222],
      ['gate', 22],
      ['rack-2', 22],
    ] as const) {
      const word = port === 22 ? name : `[${name}]:${port}`;
      const { stdout } = await run('ssh-keygen', ['-F', word, '-f', file]).catch(() => ({
        stdout: '',
      }));
      const found = knownOf(known, [name], port).keys.map(({ base64 }) => base64);
      expect(found).toHaveLength(stdout.includes('ssh-ed25519') ? 1 : 0);
      expect(found.every((base64) => stdout.includes(base64))).toBe(true);
    }
  };

  await compare();
  await run('ssh-keygen', ['-H', '-f', file]);
  expect(await readFile(file, 'utf8')).toMatch(/^\|1\|/);
  await compare();
});
