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
  /**
   * Phases of which the node has not kept these very wishes: they were never applied to their end, or others were, or
   * what it kept is damaged. An apply makes it keep them, also where nothing else is to be done.
   */
  readonly unrecorded: readonly string[];
}

/**
 * What the node has, compared with what is wished; one exec, nothing is changed or left there. Waits, and says so, while
 * a runner is at work on the node.
 * @throws {DeployerError} `unsupported-system` when the node's system is none of `supports`; otherwise as {@link ask}.
 */
export async function observe(
  node: NodeConnection,
  { wishes, supports }: ObserveRequest,
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
  return {
    facts,
    generation: frames.find((frame) => frame.type === 'generation')?.generation ?? 0,
    identity: found === undefined ? null : parseIdentity(found.text),
    answers: answersOf(frames, wishes),
    unrecorded: frames.filter((frame) => frame.type === 'unrecorded').map(({ phase }) => phase),
  };
}

/** The facts among the frames. */
export function factsOf(frames: readonly Frame[]): Facts {
  const facts = frames.filter((frame) => frame.type === 'fact');
  return factsFrom(new Map(facts.map(({ key, text }) => [key, text])));
}

function answersOf(frames: readonly Frame[], wishes: readonly Wish[]): readonly StepAnswer[] {
  const phases = new Map(wishes.map(({ id, phase }) => [id, phase]));
  const verbs = new Map(
    frames.filter((frame) => frame.type === 'verb').map(({ id, verb }) => [id, verb]),
  );
  const hashes = new Map(
    frames.filter((frame) => frame.type === 'found').map(({ id, hash }) => [id, hash]),
  );
  return frames
    .filter((frame) => frame.type === 'ended')
    .map(({ id, status, ms, detail }) => {
      const verb = verbs.get(id);
      const hash = hashes.get(id);
      const answer = { id, phase: phases.get(id) ?? '', status, ms, detail };
      return {
        ...answer,
        ...(verb === undefined ? {} : { verb }),
        ...(hash === undefined ? {} : { found: hash }),
      };
    });
}
