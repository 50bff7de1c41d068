import { describe, expect, it } from 'vitest';
import { type AskedNode, askUntil } from '../../../src/actions/ask-nodes.ts';
import { writeAndRead } from '../../../src/actions/write-and-read.ts';
import { systemClock } from '../../../src/clock.ts';
import type { Remote } from '../../../src/remote/remote.ts';

const waiting = { clock: systemClock, signal: new AbortController().signal };

/** Much longer than any test may take: whoever waits for it fails. */
const withinMs = 3_600_000;

/** A node that answers each command with `yes`. */
const answering: Remote = {
  node: 'hello-1',
  needsSudo: false,
  exec: async (_command, { onStdout } = {}) => {
    onStdout?.(Buffer.from('yes'));
    return { code: 0, signal: null, stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
  },
  openTcp: () => Promise.reject(new Error('no port')),
  untilLost: () => new Promise(() => {}),
  close: async () => {},
};

function nodes(...remotes: readonly (Remote | null)[]): readonly AskedNode[] {
  return remotes.map((remote, index) => ({
    remote,
    scope: {
      ordinal: index + 1,
      name: `hello-${index + 1}`,
      address: `10.0.0.${index + 1}`,
      publicAddress: null,
      zone: null,
      roles: ['node'],
      facts: { memoryMib: 1024, cpus: 1 },
      incarnation: 1,
      founder: true,
      replaces: null,
    },
  }));
}

describe('what needs a node that was not reached', () => {
  it('is answered at once, whatever time it has', async () => {
    const question = { probeAt: () => ({ command: 'true' }), match: undefined, withinMs };

    const verdict = await askUntil({ ...question, on: 'every' }, nodes(answering, null), waiting);

    expect(verdict.detail).toBe('1 of 2 match, expected every: -1: yes; -2: not reached');
    expect(verdict.wrong).toEqual([{ node: 'hello-2', detail: 'not reached' }]);
  });

  it('is not written anywhere when it cannot be read', async () => {
    const written: string[] = [];
    const writer: Remote = {
      ...answering,
      exec: (command, options) => {
        written.push(command);
        return answering.exec(command, options);
      },
    };
    const proof = {
      withinMs,
      write: { on: 'first' as const, probeAt: () => ({ command: 'write' }) },
      read: {
        ...{ on: 'every' as const, probeAt: () => ({ command: 'read' }) },
        equals: { kind: 'write' as const },
      },
    };

    const judgement = await writeAndRead(proof, nodes(writer, null), waiting);

    expect(judgement).toEqual({ ok: false, detail: '-2: not reached' });
    expect(written).toEqual([]);
  });
});
