import { describe, expect, test } from 'vitest';
import { stateOf } from '../../../src/localcloud/instance-state.ts';
import type { Observation } from '../../../src/localcloud/observation.ts';
import { dueWork } from '../../../src/localcloud/reconcile.ts';
import { instance } from './instance.ts';

const kinds: Observation[] = [
  { kind: 'absent' },
  { kind: 'new' },
  { kind: 'alive' },
  { kind: 'exited', status: '0' },
  { kind: 'lost' },
];

describe('stateOf', () => {
  test('reports what is seen in the words that fit what was wanted', () => {
    const words = (['running', 'stopped', 'terminated'] as const).map((want) =>
      kinds.map((seen) => stateOf({ want }, seen, 0).name),
    );
    expect(words).toEqual([
      ['pending', 'pending', 'running', 'stopped', 'stopped'],
      ['stopped', 'stopped', 'stopping', 'stopped', 'stopped'],
      ['terminated', 'terminated', 'shutting-down', 'terminated', 'terminated'],
    ]);
  });

  test('says why a machine that should run does not', () => {
    const reason = (seen: Observation) => stateOf({ want: 'running' }, seen, 0).reason?.code;
    expect(reason({ kind: 'exited', status: '0' })).toBe('Client.InstanceInitiatedShutdown');
    expect(reason({ kind: 'exited', status: '1' })).toBe('Server.InternalError');
    expect(reason({ kind: 'exited', status: 'host-rebooted' })).toBe('Server.InternalError');
    expect(reason({ kind: 'lost' })).toBe('Server.InternalError');
  });
});

describe('dueWork', () => {
  test('starts what should run and never ran, stops and removes what should not be', () => {
    const work = (['running', 'stopped', 'terminated'] as const).map((want) =>
      kinds.map((seen) => {
        const due = dueWork([instance({ id: 'i', want })], new Map([['i', seen]]));
        return (
          Object.entries(due).flatMap(([name, list]) => (list.length > 0 ? [name] : []))[0] ?? ''
        );
      }),
    );
    expect(work).toEqual([
      ['launch', 'launch', '', '', ''],
      ['', '', 'stop', '', ''],
      ['', 'remove', 'remove', 'remove', 'remove'],
    ]);
  });
});
