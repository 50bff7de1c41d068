import { isDeepStrictEqual } from 'node:util';
import { DeployerError } from '../errors.ts';
import { type AskOptions, ask } from './ask.ts';
import type { NodeConnection } from './connection.ts';
import { type Facts, factsFrom } from './facts.ts';
import type { Frame } from './frames.ts';
import { type NodeIdentity, parseIdentity } from './identity.ts';
import { checkScript } from './script.ts';
import type { StepAnswer, Wish } from './wish.ts';

/** What an observation is about. */
export interface ObserveRequest {
  readonly wishes: readonly Wish[];
  /** Who the node should be; when given, an answer `identity` says whether node.json says so. */
  readonly identity?: NodeIdentity | undefined;
  /** Systems that the recipe is proven on, like `debian-12`; anything goes when it is left out. */
  readonly supports?: readonly string[] | undefined;
}

/** What a node answered when its wishes were compared with what it has. */
export interface Observation {
  readonly facts: Facts;
  /** How many bundles have been applied there; a new machine has 0. An apply must name it. */
  readonly generation: number;
  /** Null on a machine that has none, or none that can be read. */
  readonly identity: NodeIdentity | null;
  readonly answers: readonly StepAnswer[];
}

/**
 * What the node has, compared with what is wished; one exec, nothing is changed or left there. Waits, and says so, while
 * a runner is at work on the node.
 * @throws {DeployerError} `unsupported-system` when the node's system is none of `supports`; otherwise as {@link ask}.
 */
export async function observe(
  node: NodeConnection,
  { wishes, identity, supports }: ObserveRequest,
  options: AskOptions,
): Promise<Observation> {
  const frames = await ask(node, checkScript(wishes), options);
  const facts = factsOf(frames);
  const system = `${facts.os.id}-${facts.os.version}`;
  if (supports !== undefined && !supports.includes(system)) {
    throw new DeployerError('unsupported-system', `${node.node} runs ${system}`, {
      hint: `This recipe supports ${supports.join(', ')}: choose another image.`,
    });
  }
  const found = frames.find((frame) => frame.type === 'identity');
  const seen = found === undefined ? null : parseIdentity(found.text);
  return {
    facts,
    generation: frames.find((frame) => frame.type === 'generation')?.generation ?? 0,
    identity: seen,
    answers: [
      ...(identity === undefined ? [] : [identityAnswer(identity, seen)]),
      ...answersOf(frames, wishes),
    ],
  };
}

/** The facts among the frames. */
export function factsOf(frames: readonly Frame[]): Facts {
  const facts = frames.filter((frame) => frame.type === 'fact');
  return factsFrom(new Map(facts.map(({ key, text }) => [key, text])));
}

function answersOf(frames: readonly Frame[], wishes: readonly Wish[]): readonly StepAnswer[] {
  const phases = new Map(wishes.map(({ id, phase }) => [id, phase]));
  return frames
    .filter((frame) => frame.type === 'ended')
    .map(({ id, status, ms, detail }) => ({ id, phase: phases.get(id) ?? '', status, ms, detail }));
}

function identityAnswer(wished: NodeIdentity, seen: NodeIdentity | null): StepAnswer {
  const same = isDeepStrictEqual(JSON.parse(JSON.stringify(wished)), seen);
  return {
    id: 'identity',
    phase: '',
    status: same ? 'ok' : 'would-change',
    ms: 0,
    detail: same ? '' : seen === null ? 'not there' : 'content differs',
  };
}
