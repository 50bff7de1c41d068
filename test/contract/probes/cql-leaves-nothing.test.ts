import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { compiled } from '../../support/compiled.ts';
import { type CqlScript, scriptedCqlServer } from '../support/cql-server.ts';
import { createLocalServers } from '../support/local-servers.ts';

// The driver opens sockets, listens to none but ours, and sets timers of its own. That nothing of it outlives an answer
// is seen in a process that does nothing else, with the built program. The servers are scripted, and reached directly.

const run = promisify(execFile);
const servers = createLocalServers();
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'deployer-compiled-'));
  compiled(folder, 'probes/run-probe');
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
afterEach(() => servers.closeAll());

/** What a process says of its answers, and of what is open after each. */
async function askInProcess(
  questions: readonly {
    script: CqlScript;
    query?: string[];
    timeoutMs?: number;
    abortMs?: number;
  }[],
): Promise<readonly { readonly detail: string; readonly open: readonly string[] }[]> {
  const asked = await Promise.all(
    questions.map(async ({ script, query = ['SELECT'], timeoutMs = 5_000, abortMs = null }) => {
      const port = await servers.listen(scriptedCqlServer(script).server);
      return { port, query, timeoutMs, abortMs };
    }),
  );
  const script = join(import.meta.dirname, 'support/ask-cql.mjs');
  const { stdout } = await run(process.execPath, [
    script,
    join(folder, 'dist'),
    JSON.stringify(asked),
  ]);
  return JSON.parse(stdout);
}

const at = <T extends string>(wanted: number, reply: T) => ({
  instead: (kind: number) => (kind === wanted ? reply : undefined),
});

it('nothing is open any more after an answer, or after there was none', async () => {
  const [startup, options, register] = [1, 5, 11];
  const told = await askInProcess([
    { script: { peers: ['127.0.7.7'] } },
    { script: { answer: () => ({ error: 0x2000, message: 'no' }) } },
    { script: { login: 'ann\0secret' } },
    ...[startup, options, register].map((kind) => ({ script: at(kind, 'hang up') })),
    { script: { answer: () => 'hang up' } },
    ...[startup, options, register].map((kind) => ({
      script: at(kind, 'silence'),
      timeoutMs: 100,
    })),
    { script: { answer: () => 'silence' }, timeoutMs: 100 },
    { script: { schemaVersions: ['2'] }, query: ['ONE', 'TWO'], timeoutMs: 100 },
    { script: at(startup, 'silence'), abortMs: 100 },
    { script: { answer: () => 'silence' }, abortMs: 100 },
  ]);

  expect(told.map(({ open }) => open)).toEqual(told.map(() => []));
  expect(told.map(({ detail }) => detail)).toEqual([
    ...['done', 'syntax error: no', 'the server wants a username and a password'],
    ...Array.from({ length: 4 }, () => 'the connection ended before the answer'),
    ...Array.from({ length: 5 }, () => 'no answer within 0.1 s'),
    ...['TimeoutError', 'TimeoutError'],
  ]);
});
