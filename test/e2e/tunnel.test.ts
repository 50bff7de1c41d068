import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../support/free-port.ts';
import { insideMachine } from './support/ground-truth.ts';
import { errorOf, type Running } from './support/program.ts';
import { openWorkspace, type Workspace } from './support/workspace.ts';

const node = 'hello-default-1';
/** What listens here answers with the lines that it was sent in reverse, once it has seen the last one. */
const reversePort = 7007;
const reverser = `systemd-run systemd-socket-activate --accept --inetd --listen=127.0.0.1:${reversePort} tac`;
const upPattern = /127\.0\.0\.1:(\d+) → hello-default-1:(\d+), until Ctrl-C/;

let workspace: Workspace;
beforeAll(async () => {
  workspace = await openWorkspace();
  expect(await workspace.run(['hello', '-n', '1'])).toMatchObject({ code: 0 });
  await insideMachine(workspace, node, reverser);
});
afterAll(async () => workspace[Symbol.asyncDispose]());

async function connectTo(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
  await once(socket, 'connect');
  return socket;
}

/** What comes back for these lines, from whoever answers once it has seen their end. */
async function answerTo(port: number, lines: string): Promise<string> {
  const socket = await connectTo(port);
  socket.end(lines);
  return text(socket);
}

describe('deployer tunnel', () => {
  let local: number;
  const start = async (port: number): Promise<Running> => {
    const words = ['tunnel', 'hello', '1', String(port), '--local', String(local)];
    const program = workspace.start(words);
    await program.said(upPattern);
    return program;
  };
  let program: Running | undefined;
  beforeEach(async () => {
    local = await freePort();
  });
  afterEach(async () => {
    program?.signal('SIGKILL');
    await program?.ended;
  });

  it('brings a port of the node here until Ctrl-C, which is no failure', async () => {
    program = await start(22);
    const socket = await connectTo(local);
    const [banner] = await once(socket, 'data');
    expect(String(banner)).toMatch(/^SSH-2\.0-OpenSSH/);

    program.signal('SIGINT');

    expect(await text(socket)).toBe('');
    socket.destroy();
    expect(await program.ended).toEqual({
      code: 0,
      stdout: '',
      stderr: `127.0.0.1:${local} → ${node}:22, until Ctrl-C\n`,
    });
    await expect(connectTo(local)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });

  it('carries several connections at once, and the end of one direction alone', async () => {
    program = await start(reversePort);
    const idle = await connectTo(local);
    const many = Array.from({ length: 50_000 }, (_, index) => `${index}\n`);

    expect(await Promise.all([answerTo(local, '1\n2\n'), answerTo(local, many.join(''))])).toEqual([
      '2\n1\n',
      many.toReversed().join(''),
    ]);

    idle.end('still\nhere\n');
    expect(await text(idle)).toBe('here\nstill\n');
  });

  it('ends only the connection that the node refuses, and says why', async () => {
    program = await start(1);

    for (const _ of ['once', 'again']) expect(await answerTo(local, '')).toBe('');

    program.signal('SIGINT');
    const { code, stderr } = await program.ended;
    expect(code).toBe(0);
    const told = `warning: nothing accepts connections at 127.0.0.1:1 of ${node}`;
    expect(stderr.split(told)).toHaveLength(3);
  });

  it('refuses a local port that is taken before it looks for the cluster', async () => {
    program = await start(22);

    const words = ['tunnel', 'hello', '1', '22', '--local', String(local), '--name', 'nowhere'];
    const refused = await workspace.run(words);

    expect(refused.code).toBe(2);
    expect(refused.stderr).toContain(`port ${local} of this computer is taken`);
    expect(refused.stderr).toContain('--local');
  });

  it('ends with an error when the connection to the node is lost', async () => {
    program = await start(22);

    await insideMachine(workspace, node, "pkill -KILL -f '^sshd: [^/]'");

    const { code, stderr } = await program.ended;
    expect(code).toBe(1);
    expect(stderr).toContain(`${node}: the connection ended`);
  });

  it('refuses --json, as it never ends', async () => {
    const refused = await workspace.run(['tunnel', 'hello', '1', '22', '--json']);

    expect(refused.code).toBe(2);
    expect(errorOf(refused).code).toBe('json-cannot-follow');
  });
});
