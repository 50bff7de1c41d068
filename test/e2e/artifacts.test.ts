import { execFileSync } from 'node:child_process';
import { access, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { canHaveMachines } from '../support/images.ts';
import { type FileServer, file, startFileServer } from '../unit/artifacts/support/file-server.ts';
import { rawTar, rawTarGz, rawZip } from '../unit/artifacts/support/raw-archives.ts';
import { digestOf } from '../unit/artifacts/support/sample-artifact.ts';
import { errorOf, resultOf } from './support/program.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const tool = (version: string) => ({
  name: `tool-${version}/bin/tool`,
  content: `#!/bin/sh\necho ${version}\n`,
  mode: 0o755,
});
const xz = (version: string) => execFileSync('xz', ['-c'], { input: rawTar([tool(version)]) });

/** The publisher moves an old version to the archive, as the large ones do. */
const recipe = (url: string) => `recipe: tool
about: a program from its publisher, and another in a zip
supports: [debian-12]
params:
  version: {type: string, default: "1.0", about: version of the tool}
roles:
  node: {count: 1}
phases:
  - install:
      steps:
        - artifact:
            name: tool
            version: "{{params.version}}"
            sources:
              publisher:
                - {url: "${url}/new/tool-{{params.version}}.tar.xz", checksum: {url: "${url}/new/tool-{{params.version}}.tar.xz.sha512"}, unpack: {strip: 1}}
                - {url: "${url}/old/tool-{{params.version}}.tar.xz", checksum: {url: "${url}/old/tool-{{params.version}}.tar.xz.sha512"}, unpack: {strip: 1}}
        - artifact:
            name: other
            version: "1.0"
            sources:
              own: {file: own/other.zip, checksum: {sha256: ${digestOf(zip).slice(7)}}, unpack: {strip: 1}}
        - unit: {name: tool, content: "[Service]\\nExecStart=/bin/sleep infinity\\n"}
  - start:
      service: {name: tool}
      first: {mode: batched}
proofs:
  - about: both programs run
    class: read
    probe: {command: "/opt/tool/current/bin/tool; /opt/other/current/bin/tool"}
    match: '^([0-9.]+)\\n9\\n$'
`;
const zip = rawZip([tool('9')]);

describe.skipIf(!canHaveMachines)(
  'deployer with a recipe whose programs come from their publishers',
  () => {
    let workspace: Workspace;
    let server: FileServer;
    beforeEach(async () => {
      [workspace, server] = await Promise.all([openWorkspace(), startFileServer()]);
      await workspace.write('recipes/tool.yml', recipe(server.url));
      await mkdir(join(workspace.folder, 'own'));
      execFileSync('tee', [join(workspace.folder, 'own/other.zip')], { input: zip, stdio: 'pipe' });
      for (const [place, version] of [
        ['old', '1.0'],
        ['new', '2.0'],
      ] as const) {
        const path = `/${place}/tool-${version}.tar.xz`;
        const content = xz(version);
        server.serve(path, file(content));
        server.serve(`${path}.sha512`, file(`${digestOf(content, 'sha512').slice(7)}\n`));
      }
    });
    afterEach(async () => {
      await workspace[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    });

    const run = async (...args: readonly string[]) => {
      const env = { DEPLOYER_CACHE: join(workspace.folder, 'cache') };
      return workspace.run([...args, '--json'], env);
    };
    const Created = z.object({
      ok: z.literal(true),
      changed: z.boolean(),
      proofs: z.array(z.object({ detail: z.string() })),
    });

    it('installs them, needs nobody the next time, and goes from version to version', async () => {
      const planned = await workspace.run(['plan', 'tool'], {
        DEPLOYER_CACHE: join(workspace.folder, 'cache'),
      });
      expect(planned.stdout).toContain('  artifact tool 1.0 (publisher)\n');
      expect(planned.stdout).toContain('  artifact other 1.0 (own)\n');

      expect(resultOf(await run('tool'), Created)).toMatchObject({ changed: true });

      const asked = server.asked.length;
      expect(resultOf(await run('tool'), Created)).toMatchObject({ changed: false });
      expect(server.asked).toHaveLength(asked);

      const { proofs } = resultOf(await run('tool', '--set', 'version=2.0'), Created);
      expect(proofs.map(({ detail }) => detail)).toEqual([expect.stringContaining('2.0')]);
      expect(server.asked.at(-1)).toBe('GET /new/tool-2.0.tar.xz');
    });

    it('finds out what is wrong with a download before there is a machine', async () => {
      const evil = rawTarGz([{ name: '../evil', content: 'x' }]);
      for (const [version, answer, code] of [
        ['3.0', undefined, 'artifact-unavailable'],
        ['4.0', '<!doctype html><title>Log in</title>', 'page-instead-of-file'],
        ['5.0', Buffer.from('something else'), 'checksum-mismatch'],
      ] as const) {
        const path = `/new/tool-${version}.tar.xz`;
        if (answer !== undefined) server.serve(path, file(answer));
        server.serve(`${path}.sha512`, file(digestOf(evil, 'sha512').slice(7)));

        const outcome = await run('tool', '--set', `version=${version}`);

        expect(errorOf(outcome)).toMatchObject({ code });
        expect(outcome.code).toBe(1);
      }
      await expect(access(join(workspace.cloudFolder, 'machines'))).rejects.toThrow();
    });
  },
);
