import type { SnapshotContent } from '../../../../src/state/cluster-snapshot.ts';

/** A snapshot's content as a run writes it, changed as told. */
export function sampleContent(changes: Partial<SnapshotContent> = {}): SnapshotContent {
  return {
    uid: 'u-4f1c',
    cluster: 'zookeeper-default',
    recipe: 'zookeeper',
    profile: 'default',
    cloud: 'the local cloud in /somewhere',
    createdAt: '2026-01-02T03:04:05.678Z',
    request: { count: 3, params: { clientPort: 2182, about: 'für wen' } },
    questions: {
      zookeeper: [
        {
          serving: { match: 'Mode: (leader|follower)', probes: { 1: { command: 'für wen' } } },
          last: null,
        },
      ],
    },
    unfinished: false,
    nodes: [
      { ordinal: 1, incarnation: 1, roles: ['server'], instanceId: 'i-0a' },
      { ordinal: 2, incarnation: 2, roles: ['server'], instanceId: null },
    ],
    recorded: {
      components: {
        zookeeper: { founders: [{ ordinal: 1, incarnation: 1 }], values: {}, nodes: {} },
      },
      fixed: { rack: 'eins' },
    },
    formed: {
      zookeeper: [
        { ordinal: 1, incarnation: 1 },
        { ordinal: 2, incarnation: 1 },
      ],
    },
    ...changes,
  };
}
