import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatDrift } from '../../../src/views/format-drift.ts';
import { formatPlan, type ShownPlan } from '../../../src/views/format-plan.ts';

const [one, two, three, four] = [1, 2, 3, 4].map((n) => `zk-default-${n}`) as [
  string,
  string,
  string,
  string,
];
const cfg = '/etc/zookeeper/zoo.cfg';
const packages = (...names: readonly string[]) => names.map((name) => ({ name, phase: 'install' }));
const nothing = { files: [], packages: [], others: [], restarts: [], unknown: null };
const restart = { service: 'zookeeper', action: 'restart', reason: `file ${cfg} changes` };
const changed = {
  ...nothing,
  files: [
    {
      path: cfg,
      diff: `--- ${cfg}\n+++ ${cfg}\n@@ -1,2 +1,3 @@\n tickTime=2000\n-server.9=a\tb\n+server.4=‹${four}.address›\n`,
      detail: 'content differs; mode 0600 -> 0644',
      phase: 'configure',
    },
  ],
  restarts: [restart],
};

const empty: ShownPlan = {
  summary: 'zk-default · 3 × server · local cloud · plan 7f3a2c: nothing to change',
  ...{ machines: [], nodes: [{ name: one, ...nothing }], order: [], recorded: {} },
  phases: ['install', 'configure', 'start'],
  ...{ refusal: null, goal: null, apply: 'deployer zookeeper' },
};

const growing: ShownPlan = {
  ...empty,
  summary: 'zk-default · 4 × server · local cloud · plan 7f3a2c: 2 machines, 9 changes',
  machines: [
    { name: two, action: 'start', reason: 'stopped' },
    { name: three, action: 'replace', reason: 'terminated' },
    { name: four, action: 'launch', reason: 'new' },
  ],
  nodes: [
    { name: one, ...changed },
    { name: two, ...nothing, unknown: 'its machine is stopped; compared once it runs' },
    { name: three, ...changed },
    {
      ...{ name: four, ...nothing, packages: packages('zookeeper', 'openjdk-17') },
      others: [{ title: 'user zookeeper', detail: '', phase: 'install' }],
      files: [
        {
          path: '/etc/myid',
          diff: '--- /dev/null\n+++ /etc/myid\n@@ -0,0 +1,1 @@\n+4\n',
          ...{ detail: '', phase: 'configure' },
        },
        { path: '/etc/password', diff: null, detail: 'new (secret)', phase: 'configure' },
      ],
      restarts: [{ service: 'zookeeper', action: 'start', reason: 'new' }],
    },
  ],
  order: [
    { service: 'zookeeper', event: 'join', nodes: [four], atOnce: 1, last: [] },
    { service: 'zookeeper', event: 'update', nodes: [one, three, two], atOnce: 1, last: [two] },
  ],
  recorded: {
    zookeeper: {
      founders: [{ ordinal: 1 }, { ordinal: 2 }],
      values: { founders: [], seeds: [1] },
      nodes: { rack: {} },
    },
  },
  goal: 7,
  apply: 'deployer zookeeper -n 7',
};

describe('formatPlan', () => {
  it('tells machines, changes, restarts in their order, and how to apply it', () => {
    expect(formatPlan(growing, false).join('\n')).toMatchInlineSnapshot(`
      "zk-default · 4 × server · local cloud · plan 7f3a2c: 2 machines, 9 changes
      ▸ start zk-default-2  stopped
      ± replace zk-default-3  terminated
      + launch zk-default-4  new

      ? zk-default-2  its machine is stopped; compared once it runs
      zk-default-1, -3
        file /etc/zookeeper/zoo.cfg  content differs; mode 0600 -> 0644
          @@ -1,2 +1,3 @@
           tickTime=2000
          -server.9=a    b
          +server.4=‹zk-default-4.address›
      zk-default-4
        package zookeeper openjdk-17
        user zookeeper
        file /etc/myid
          +4
        file /etc/password  new (secret)

      join zookeeper  -4
      restart zookeeper  one by one: -1, -3, then -2 (last)  file /etc/zookeeper/zoo.cfg changes
      settled for good: founders -1, -2; seeds; rack

      This is the first round on the way to 7 nodes; the others follow by themselves.
      apply     deployer zookeeper -n 7"
    `);
  });

  it('tells in a cluster of several recipes of which phase each change is', () => {
    const of = (name: string, phase: string) => ({ name, phase });
    const change = { title: 'user b', detail: '', phase: 'b.install' };
    const nodes = [
      {
        ...{ name: one, ...nothing, others: [change] },
        packages: [of('b', 'b.install'), of('x', 'b.install'), of('x', 'long.install')],
        files: [{ path: '/a', diff: null, detail: 'content differs', phase: 'long.install' }],
      },
    ];
    const lines = formatPlan({ ...empty, nodes, phases: ['b.install', 'long.install'] }, false);
    expect(lines.slice(2, 7)).toEqual([
      one,
      '  b.install     package b x',
      '  b.install     user b',
      '  long.install  package x',
      '  long.install  file /a  content differs',
    ]);
  });

  it('is short where nothing changes', () => {
    expect(formatPlan(empty, false)).toEqual([empty.summary, '', 'Nothing to change.']);
  });

  it('says why it would be refused, and not how to apply it', () => {
    const refusal = { message: 'too few serve', hint: 'Bring them back.' };
    const lines = formatPlan({ ...growing, refusal }, false);
    expect(lines.slice(-2)).toEqual(['refused: too few serve', '  Bring them back.']);
    expect(lines.join('\n')).not.toContain('apply');
  });

  it('colours lines without changing their text', () => {
    const colored = formatPlan(growing, true).join('\n');
    expect(stripVTControlCharacters(colored)).toBe(formatPlan(growing, false).join('\n'));
    expect(colored).toContain('\u001b[32m+server.4=');
    expect(colored).toContain('\u001b[31m-server.9=');
  });

  it('lets nothing of a file reach the terminal but its text', () => {
    const diff = '--- /a\n+++ /a\n@@ -1,1 +1,1 @@\n-a\n+\u001b[2Jb\n';
    const nodes = [
      { name: one, ...nothing, files: [{ path: '/a', diff, detail: '', phase: 'start' }] },
    ];
    expect(formatPlan({ ...empty, nodes }, false).join('\n')).not.toContain('\u001b');
  });
});

describe('formatDrift', () => {
  const next = { look: 'deployer plan zookeeper', repair: 'deployer zookeeper' };

  it('tells machines, what differs, and how to repair it', () => {
    const gone = { kind: 'service', what: 'zookeeper', detail: 'not running (failed)', diff: null };
    const [file] = changed.files;
    const edited = { kind: 'file', what: cfg, detail: 'content differs', diff: file?.diff ?? null };
    const drift = {
      ...{ cluster: 'zk-default', drifted: true, next },
      machines: [{ name: two, detail: 'i-2: stopped' }],
      nodes: [
        { name: one, items: [edited, gone], unknown: null },
        { name: two, items: [], unknown: 'its machine is stopped' },
        { name: three, items: [gone], unknown: null },
        { name: four, items: [], unknown: 'no answer' },
      ],
    };
    expect(formatDrift(drift, false).join('\n')).toMatchInlineSnapshot(`
      "zk-default is not as it was applied
      ! zk-default-2  i-2: stopped
      ? zk-default-4  no answer
      zk-default-1
        file /etc/zookeeper/zoo.cfg
          @@ -1,2 +1,3 @@
           tickTime=2000
          -server.9=a    b
          +server.4=‹zk-default-4.address›
      zk-default-1, -3
        service zookeeper  not running (failed)
      look      deployer plan zookeeper
      repair    deployer zookeeper"
    `);
  });

  it('says that there is none', () => {
    const nodes = [{ name: one, items: [], unknown: null }];
    const drift = { cluster: 'zk-default', drifted: false, machines: [], nodes, next };
    expect(formatDrift(drift, false)).toEqual(['zk-default is as it was applied']);
  });
});
