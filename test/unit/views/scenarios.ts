import type { DeployerEvent } from '../../../src/events.ts';

const nodes = ['zookeeper-default-1', 'zookeeper-default-2', 'zookeeper-default-3'];

const plan: DeployerEvent = {
  type: 'plan-made',
  cluster: 'zookeeper-default',
  summary: 'zookeeper-default · 3 × server · local cloud · plan 7f3a2c: 3 machines, 27 changes',
  phases: ['install', 'configure', 'start'],
};

const launch: DeployerEvent[] = [
  { type: 'phase-started', phase: 'launch', nodes },
  { type: 'phase-progress', phase: 'launch', text: 'waiting for ssh' },
  { type: 'phase-progress', phase: 'launch', text: 'waiting for ssh' },
  {
    type: 'phase-ended',
    phase: 'launch',
    ok: true,
    done: 3,
    total: 3,
    ms: 1_400,
    detail: 'i-0c41… i-0c42… i-0c43…',
  },
];

/** A create in which all goes well; install and configure are under way at the same time. */
export const proven: readonly DeployerEvent[] = [
  { type: 'run-started', run: 'r1', operation: 'create', cluster: 'zookeeper-default' },
  plan,
  ...launch,
  { type: 'phase-started', phase: 'install', nodes },
  { type: 'phase-started', phase: 'configure', nodes },
  {
    type: 'phase-progress',
    phase: 'install',
    node: 'zookeeper-default-2',
    text: 'apt-get install openjdk-17-jre-headless libzookeeper-java zookeeper-bin',
  },
  {
    type: 'step-ended',
    phase: 'install',
    node: 'zookeeper-default-1',
    step: 'install.1',
    status: 'changed',
    ms: 10_800,
    detail: 'installed 3 packages',
  },
  { type: 'node-phase-ended', phase: 'install', node: 'zookeeper-default-1', ok: true, ms: 10_900 },
  {
    type: 'notice',
    level: 'warning',
    message: 'raised fs.inotify.max_user_instances to 8192',
    hint: 'deployer cloud down puts it back',
  },
  {
    type: 'phase-ended',
    phase: 'install',
    ok: true,
    done: 3,
    total: 3,
    ms: 11_900,
    detail: 'slowest zookeeper-default-2 (apt 10.8s)',
  },
  {
    type: 'phase-ended',
    phase: 'configure',
    ok: true,
    done: 3,
    total: 3,
    ms: 300,
    detail: '9 files',
  },
  { type: 'phase-started', phase: 'prove', nodes: [] },
  {
    type: 'proof-ended',
    about: 'one leader, everyone else follows it',
    class: 'read',
    ok: true,
    ms: 90,
    detail: 'one leader (-2), 2 followers',
  },
  {
    type: 'proof-ended',
    about: 'a write at one node is read at the others',
    class: 'write',
    ok: true,
    ms: 300,
    detail: 'a znode written at -1 is read at -2, -3',
  },
  { type: 'phase-ended', phase: 'prove', ok: true, done: 2, total: 2, ms: 400, detail: '' },
  { type: 'run-ended', run: 'r1', ok: true, ms: 16_800 },
];

/** A create in which a step fails at one node, and that is interrupted while another phase is under way. */
export const failed: readonly DeployerEvent[] = [
  plan,
  ...launch,
  { type: 'phase-started', phase: 'install', nodes },
  {
    type: 'step-ended',
    phase: 'install',
    node: 'zookeeper-default-3',
    step: 'install.1',
    status: 'failed',
    ms: 9,
    detail: 'apt-get ended with exit code 100',
  },
  {
    type: 'phase-ended',
    phase: 'install',
    ok: false,
    done: 2,
    total: 3,
    ms: 65_000,
    detail: 'zookeeper-default-3 failed',
  },
  { type: 'phase-started', phase: 'start', nodes },
  { type: 'node-phase-ended', phase: 'start', node: 'zookeeper-default-1', ok: true, ms: 100 },
];
