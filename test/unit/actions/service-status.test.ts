import { describe, expect, it } from 'vitest';
import { serviceStatus } from '../../../src/actions/service-status.ts';
import { systemClock } from '../../../src/clock.ts';
import { DeployerError } from '../../../src/errors.ts';
import type { Service } from '../../../src/recipe/recipe.ts';
import type { Remote } from '../../../src/remote/remote.ts';

const services: readonly Service[] = [
  {
    name: 'hello',
    inputs: [],
    onChange: 'restart',
    reloads: [],
    membership: 'static',
    voters: undefined,
    version: undefined,
    quorum: undefined,
  },
];
const asking = (signal = new AbortController().signal) => ({
  clock: systemClock,
  withinMs: 50,
  signal,
});

/** A node that was connected to and has not said a word since. */
const silent: Remote = {
  node: 'hello-1',
  needsSudo: false,
  exec: (_command, { signal } = {}) =>
    new Promise((_resolve, reject) => {
      signal?.addEventListener('abort', () => reject(signal.reason));
    }),
  openTcp: () => new Promise(() => {}),
  untilLost: () => new Promise(() => {}),
  close: async () => {},
};

describe('the services of a node that does not tell them', () => {
  it('are told as no answer when the node is never connected', async () => {
    const never = new Promise<never>(() => {});
    expect(await serviceStatus(services, never, asking())).toBe('no answer within 0.05 s');
  });

  it('are told as no answer when the node falls silent after it was connected', async () => {
    const connected = Promise.resolve({ remote: silent });
    expect(await serviceStatus(services, connected, asking())).toBe('no answer within 0.05 s');
  });

  it('are told as what stood in the way when the node could not be reached', async () => {
    const refused = Promise.reject(new DeployerError('ssh-unreachable', 'port 22 refused'));
    expect(await serviceStatus(services, refused, asking())).toBe('port 22 refused');
  });

  it('are not told at all when the user wants an end', async () => {
    const connected = Promise.resolve({ remote: silent });
    const stopped = AbortSignal.abort(new Error('stopped'));
    await expect(serviceStatus(services, connected, asking(stopped))).rejects.toThrow('stopped');
  });
});
