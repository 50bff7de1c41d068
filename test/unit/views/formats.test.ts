import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DeployerError, NodesFailed, SourceError } from '../../../src/errors.ts';
import { chooseView, showsColor } from '../../../src/views/choose-view.ts';
import { displayWidth, truncate } from '../../../src/views/display-width.ts';
import { formatElapsed } from '../../../src/views/format-elapsed.ts';
import { errorToData, formatError } from '../../../src/views/format-error.ts';
import { formatReady } from '../../../src/views/format-ready.ts';
import { formatTable } from '../../../src/views/format-table.ts';
import { guardStreams } from '../../../src/views/guard-streams.ts';
import { formatPhaseRow } from '../../../src/views/phase-row.ts';

const plain = { color: false, debug: false };

describe('formatElapsed', () => {
  it.each([
    [0, '0.0s'],
    [1_449, '1.4s'],
    [11_900, '11.9s'],
    [59_949, '59.9s'],
    [59_950, '1m 00s'],
    [125_000, '2m 05s'],
    [3_599_400, '59m 59s'],
    [3_720_000, '1h 02m'],
  ])('%i ms is %s', (ms, text) => {
    expect(formatElapsed(ms)).toBe(text);
  });

  it('never shows sixty seconds or minutes', () => {
    fc.assert(
      fc.property(fc.nat(90_000_000), (ms) => {
        expect(formatElapsed(ms)).toMatch(/^([1-5]?\d\.\ds|[1-5]?\dm [0-5]\ds|\d+h [0-5]\dm)$/);
      }),
    );
  });
});

describe('display width', () => {
  it.each([
    ['abc', 3],
    ['é', 1],
    ['e\u0301', 1],
    ['日本', 4],
    ['🚀', 2],
    ['\u001b[31mred\u001b[39m', 3],
    ['✔ …·×', 5],
    ['', 0],
  ])('%j fills %i columns', (text, columns) => {
    expect(displayWidth(text)).toBe(columns);
  });

  it('is never more than asked for after truncating, and text that fits stays', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.integer({ min: -2, max: 40 }),
        (text, columns) => {
          const cut = truncate(text, columns);
          expect(displayWidth(cut)).toBeLessThanOrEqual(Math.max(0, columns));
          if (displayWidth(text) <= columns) expect(cut).toBe(text);
        },
      ),
    );
  });

  it('truncates with an ellipsis', () => {
    expect(truncate('zookeeper-default-2', 10)).toBe('zookeeper…');
    expect(truncate('日本語', 4)).toBe('日…');
  });
});

describe('formatTable', () => {
  it('aligns columns by what they fill and leaves no spaces at the end', () => {
    expect(
      formatTable(
        ['NAME', 'ABOUT'],
        [
          ['日本', 'x'],
          ['a', ''],
        ],
      ),
    ).toEqual(['NAME  ABOUT', '日本  x', 'a']);
    expect(formatTable([], [])).toEqual([]);
  });
});

describe('formatPhaseRow', () => {
  it('keeps its columns for names and numbers of usual length', () => {
    const row = { phase: 'launch', width: 9, done: 3, total: 3, ms: 1_400, detail: 'i-1' };

    expect(formatPhaseRow(row)).toBe('launch      3/3   1.4s   i-1');
    expect(formatPhaseRow({ ...row, phase: 'install', ms: 11_900, detail: '' })).toBe(
      'install     3/3  11.9s',
    );
    expect(formatPhaseRow({ ...row, total: 0, done: 0 })).toBe('launch            1.4s   i-1');
    expect(formatPhaseRow({ ...row, width: 14 })).toBe('launch           3/3   1.4s   i-1');
  });
});

describe('formatReady', () => {
  it('says how long it took, what the recipe tells, and what to do next', () => {
    const lines = formatReady({
      ms: 16_800,
      changed: true,
      outputs: { connect: '10.77.0.11:2181 ' },
      calls: {},
      next: { look: 'deployer zookeeper --op status', 'log in': 'deployer ssh zookeeper 1' },
    });

    expect(lines).toEqual([
      'ready in 16.8s',
      '  connect   10.77.0.11:2181',
      '  look      deployer zookeeper --op status',
      '  log in    deployer ssh zookeeper 1',
    ]);
    const nothing = { ms: 90, changed: false, outputs: {}, calls: {}, next: {} };
    expect(formatReady(nothing)).toEqual(['ready in 0.1s, nothing had to change']);
  });

  it('counts the calls that a cloud got, the most frequent first', () => {
    const calls = { RunInstances: 1, DescribeInstances: 9, CreateTags: 2 };
    expect(formatReady({ ms: 90, changed: true, outputs: {}, calls, next: {} })).toEqual([
      'ready in 0.1s',
      '  calls     12: DescribeInstances 9, CreateTags 2, RunInstances 1',
    ]);
  });
});

describe('formatError', () => {
  const apt = (node: string) =>
    new DeployerError('step-failed', `apt-get failed at ${node}`, {
      excerpt: 'E: Unable to locate package zookeper\n',
      hint: 'look at the package names',
    });

  it('shows the message, what was seen there, and what to do', () => {
    expect(formatError(apt('z-1'), plain)).toBe(
      [
        'error: apt-get failed at z-1',
        '  │ E: Unable to locate package zookeper',
        '  look at the package names',
      ].join('\n'),
    );
  });

  it('shows equal errors of several nodes once, under all their names', () => {
    const other = new DeployerError('no-space', 'the disk is full');
    const error = new NodesFailed(
      '3 of 3 nodes failed',
      [
        { node: 'z-1', error: apt('z-1') },
        { node: 'z-2', error: other },
        { node: 'z-3', error: apt('z-3') },
      ],
      { hint: 'run it again' },
    );

    expect(formatError(error, plain)).toMatchInlineSnapshot(`
      "error: 3 of 3 nodes failed
        z-1, z-3
          apt-get failed at z-1
            │ E: Unable to locate package zookeper
            look at the package names
        z-2
          the disk is full
        run it again"
    `);
  });

  it('lists every problem of a file with its place', () => {
    const location = { file: 'recipes/x.yml', line: 3, column: 5 };
    const error = new SourceError([
      { location, message: 'unknown key "stpes"', hint: 'did you mean "steps"?' },
      { location: { ...location, line: 9 }, message: 'expected a number' },
    ]);

    expect(formatError(error, plain)).toMatchInlineSnapshot(`
      "error: recipes/x.yml:3:5: unknown key "stpes"
        did you mean "steps"?
      recipes/x.yml:9:5: expected a number"
    `);
  });

  it('tells the causes only when asked', () => {
    const error = new DeployerError('x', 'outer', { cause: new Error('inner') });

    expect(formatError(error, plain)).not.toContain('inner');
    const told = formatError(error, { color: false, debug: true });
    expect(told).toContain('code: x');
    expect(told).toMatch(/caused by:\nError: inner/);
  });

  it('can tell anything that was thrown', () => {
    expect(formatError('just text', plain)).toBe('error: just text');
    expect(formatError(undefined, plain)).toBe('error: undefined');
  });

  it('gives programs the same as data', () => {
    expect(errorToData(apt('z-1'))).toEqual({
      code: 'step-failed',
      message: 'apt-get failed at z-1',
      excerpt: 'E: Unable to locate package zookeper\n',
      hint: 'look at the package names',
    });
  });
});

describe('choosing a view', () => {
  const flags = { json: false, events: false, quiet: false };
  const terminal = { isTTY: true, columns: 80 };

  it.each([
    ['a terminal', terminal, {}, {}, 'terminal'],
    ['no terminal', {}, {}, {}, 'plain'],
    ['a simple terminal', terminal, { TERM: 'dumb' }, {}, 'plain'],
    ['a very narrow one', { isTTY: true, columns: 19 }, {}, {}, 'plain'],
    ['continuous integration', terminal, { CI: 'true' }, {}, 'plain'],
    ['CI=false', terminal, { CI: 'false' }, {}, 'terminal'],
    ['--json', terminal, {}, { json: true }, 'silent'],
    ['--quiet', terminal, {}, { quiet: true }, 'silent'],
    ['--events', terminal, {}, { events: true, json: true }, 'events'],
  ])('%s', (_, stream, env, given, kind) => {
    expect(chooseView(stream, env, { ...flags, ...given })).toBe(kind);
  });

  it.each([
    ['a terminal', terminal, {}, true],
    ['no terminal', {}, {}, false],
    ['NO_COLOR', terminal, { NO_COLOR: '1' }, false],
    ['an empty NO_COLOR', terminal, { NO_COLOR: '' }, true],
    ['FORCE_COLOR', {}, { FORCE_COLOR: '1', NO_COLOR: '1' }, true],
    ['FORCE_COLOR=0', terminal, { FORCE_COLOR: '0' }, false],
    ['a simple terminal', terminal, { TERM: 'dumb' }, false],
  ])('shows colour or not: %s', (_, stream, env, color) => {
    expect(showsColor(stream, env)).toBe(color);
  });
});

describe('guarded streams', () => {
  it.each(['EPIPE', 'EIO'])('survive that their reader has gone (%s)', (code) => {
    const stream = new PassThrough();
    guardStreams([stream]);

    expect(() => stream.emit('error', Object.assign(new Error(code), { code }))).not.toThrow();
  });

  it('do not hide other errors', () => {
    const stream = new PassThrough();
    guardStreams([stream]);
    const error = Object.assign(new Error('disk full'), { code: 'ENOSPC' });

    expect(() => stream.emit('error', error)).toThrow('disk full');
  });
});
