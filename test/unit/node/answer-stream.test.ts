import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createFrameReader, createHelloReader } from '../../../src/node/answer-stream.ts';
import type { Frame } from '../../../src/node/frames.ts';

const spool = Buffer.from(
  [
    'f os-id -debian',
    'g 7',
    '> configure.1',
    `= configure.1 failed 120 +${Buffer.from('línea\n> configure.2').toString('base64')}`,
    'nonsense \u0000\u00ff',
    '= configure.2 chan',
    '> configure.2',
    'v configure.2 restart',
    'v configure.2 stop',
    '= configure.2 would-change 0 -mode 0644 -> 0600',
    '! stale -8',
    's zookeeper.service active - abc',
    'c 12 +',
    'u configure',
    `a configure +${Buffer.from('[]\n').toString('base64')}`,
    '.',
    '',
  ].join('\n'),
  'latin1',
);

const frames: Frame[] = [
  { type: 'fact', key: 'os-id', text: 'debian' },
  { type: 'generation', generation: 7 },
  { type: 'started', id: 'configure.1' },
  {
    type: 'ended',
    id: 'configure.1',
    status: 'failed',
    ms: 120,
    detail: 'línea\n> configure.2',
  },
  { type: 'started', id: 'configure.2' },
  { type: 'verb', id: 'configure.2', verb: 'restart' },
  {
    type: 'ended',
    id: 'configure.2',
    status: 'would-change',
    ms: 0,
    detail: 'mode 0644 -> 0600',
  },
  { type: 'stopped', reason: 'stale', text: '8' },
  { type: 'service', name: 'zookeeper.service', active: 'active', invocation: '', inputs: 'abc' },
  { type: 'content', place: 12, text: '' },
  { type: 'unrecorded', phase: 'configure' },
  { type: 'applied', phase: 'configure', text: '[]\n' },
  { type: 'done' },
];

/** The bytes in pieces, cut at these places. */
function pieces(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [
    0,
    ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
    bytes.length,
  ];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

test('frames are the same however the bytes arrive, and lines that are none are dropped', () => {
  fc.assert(
    fc.property(fc.array(fc.nat()), (cuts) => {
      const seen: Frame[] = [];
      const reader = createFrameReader((frame) => seen.push(frame));
      for (const piece of pieces(spool, cuts)) reader.push(piece);
      expect(seen).toEqual(frames);
      expect(reader.offset).toBe(spool.length);
    }),
  );
});

test('what a login shell says before the hello is dropped, whatever it is', () => {
  const noise = fc.oneof(
    fc.uint8Array().map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom('.\n= a ok 1 -\n', '@', '@f00', '@other ok live\n', '@f00d\n@f00')
      .map(Buffer.from),
  );
  fc.assert(
    fc.property(noise, fc.array(fc.nat()), (before, cuts) => {
      const bytes = Buffer.concat([before, Buffer.from('@f00d ok live\nbody\n@f00d ok dead\n')]);
      const body: Buffer[] = [];
      const reader = createHelloReader('f00d', (chunk) => body.push(chunk));
      for (const piece of pieces(bytes, cuts)) reader.push(piece);
      expect(reader.hello).toEqual({ word: 'ok', rest: 'live' });
      expect(Buffer.concat(body).toString()).toBe('body\n@f00d ok dead\n');
    }),
  );
});

test('noise alone is no hello', () => {
  const reader = createHelloReader('f00d', () => {});
  reader.push(Buffer.from('This account is currently not available.\n'));
  expect(reader.hello).toBeUndefined();
});
