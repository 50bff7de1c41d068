import type { StepStatus } from '../events.ts';
import type { ServiceVerb } from './wish.ts';

/**
 * One line of what a node answers. Texts travel as `-` and printable ASCII, or as `+` and base64, so a frame never
 * spans lines. Only `done` says that a node has said everything.
 */
export type Frame =
  /** `f KEY TEXT` */
  | { readonly type: 'fact'; readonly key: string; readonly text: string }
  /** `g NUMBER` */
  | { readonly type: 'generation'; readonly generation: number }
  /** `i TEXT`: node.json as it lies on the node. */
  | { readonly type: 'identity'; readonly text: string }
  /** `~ TEXT`: why nothing moves for the moment. */
  | { readonly type: 'waiting'; readonly text: string }
  /** `> ID` */
  | { readonly type: 'started'; readonly id: string }
  /** `h ID HASH`: what the file of this step, which ends next, holds in place of the wished content. */
  | { readonly type: 'found'; readonly id: string; readonly hash: string }
  /** `v ID VERB`: what an apply of this step, which ends next, would do to its service. */
  | { readonly type: 'verb'; readonly id: string; readonly verb: ServiceVerb }
  /** `= ID STATUS MS TEXT` */
  | {
      readonly type: 'ended';
      readonly id: string;
      readonly status: StepStatus;
      readonly ms: number;
      readonly detail: string;
    }
  /** `! REASON TEXT`: the runner goes no further. */
  | { readonly type: 'stopped'; readonly reason: string; readonly text: string }
  /** `t TEXT`: the answer of a question that has one text as its answer. */
  | { readonly type: 'text'; readonly text: string }
  /** `p BYTES`: how much of a file the node has got so far. */
  | { readonly type: 'progress'; readonly bytes: number }
  /** `c NUMBER TEXT`: the content of the file that the question names at this place, counted from 0. */
  | { readonly type: 'content'; readonly place: number; readonly text: string }
  /** `u PHASE`: what the node has kept of this phase, if anything, is not what is wished now. */
  | { readonly type: 'unrecorded'; readonly phase: string }
  /** `a PHASE TEXT`: what was last applied of a phase, as it lies on the node. */
  | { readonly type: 'applied'; readonly phase: string; readonly text: string }
  /** `s NAME ACTIVE INVOCATION INPUTS`, `-` where there is none. */
  | {
      readonly type: 'service';
      readonly name: string;
      readonly active: string;
      readonly invocation: string;
      readonly inputs: string | null;
    }
  /** `.` */
  | { readonly type: 'done' };

const statuses: readonly StepStatus[] = ['ok', 'changed', 'would-change', 'failed', 'host-owned'];
const verbs: readonly ServiceVerb[] = ['start', 'restart', 'reload'];
const textPattern = String.raw`(-[ -~]*|\+[A-Za-z0-9+/]*=*)`;
const readers: readonly [RegExp, (fields: readonly string[]) => Frame][] = [
  [/^\.$/, () => ({ type: 'done' })],
  [/^> (\S+)$/, ([id = '']) => ({ type: 'started', id })],
  [/^h (\S+) ([0-9a-f]+)$/, ([id = '', hash = '']) => ({ type: 'found', id, hash })],
  [
    new RegExp(`^v (\\S+) (${verbs.join('|')})$`),
    ([id = '', word = '']) => ({
      type: 'verb',
      id,
      verb: verbs.find((known) => known === word) ?? 'restart',
    }),
  ],
  [
    new RegExp(String.raw`^= (\S+) (${statuses.join('|')}) (\d+) ${textPattern}$`),
    ([id = '', status = '', ms = '', text = '']) => ({
      type: 'ended',
      id,
      status: statuses.find((known) => known === status) ?? 'failed',
      ms: Number(ms),
      detail: decodeText(text),
    }),
  ],
  [
    new RegExp(String.raw`^f (\S+) ${textPattern}$`),
    ([key = '', text = '']) => ({ type: 'fact', key, text: decodeText(text) }),
  ],
  [/^g (\d+)$/, ([number = '']) => ({ type: 'generation', generation: Number(number) })],
  [
    new RegExp(`^i ${textPattern}$`),
    ([text = '']) => ({ type: 'identity', text: decodeText(text) }),
  ],
  [
    new RegExp(`^~ ${textPattern}$`),
    ([text = '']) => ({ type: 'waiting', text: decodeText(text) }),
  ],
  [
    new RegExp(String.raw`^! (\S+) ${textPattern}$`),
    ([reason = '', text = '']) => ({ type: 'stopped', reason, text: decodeText(text) }),
  ],
  [new RegExp(`^t ${textPattern}$`), ([text = '']) => ({ type: 'text', text: decodeText(text) })],
  [/^p (\d+)$/, ([bytes = '']) => ({ type: 'progress', bytes: Number(bytes) })],
  [
    new RegExp(String.raw`^c (\d+) ${textPattern}$`),
    ([place = '', text = '']) => ({
      type: 'content',
      place: Number(place),
      text: decodeText(text),
    }),
  ],
  [/^u (\S+)$/, ([phase = '']) => ({ type: 'unrecorded', phase })],
  [
    new RegExp(String.raw`^a (\S+) ${textPattern}$`),
    ([phase = '', text = '']) => ({ type: 'applied', phase, text: decodeText(text) }),
  ],
  [
    /^s (\S+) (\S+) (\S+) (\S+)$/,
    ([name = '', active = '', invocation = '', inputs = '-']) => ({
      type: 'service',
      name,
      active,
      invocation: invocation === '-' ? '' : invocation,
      inputs: inputs === '-' ? null : inputs,
    }),
  ],
];

/** The frame that a line holds, or undefined when the line is none (a half line that a full disk left, noise). */
export function parseFrame(line: string): Frame | undefined {
  for (const [pattern, read] of readers) {
    const match = pattern.exec(line);
    if (match !== null) return read(match.slice(1));
  }
  return undefined;
}

function decodeText(text: string): string {
  return text.startsWith('+') ? Buffer.from(text.slice(1), 'base64').toString() : text.slice(1);
}
