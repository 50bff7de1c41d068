import { UsageError } from '../errors.ts';
import { suggestion } from '../suggest.ts';
import type { LocalCloud } from './cloud.ts';
import { endInstance } from './end-instance.ts';
import { parseMisdeed } from './misdeed.ts';
import { type PersonalityName, personalityNames } from './personality.ts';
import type { CloudRecord } from './record.ts';

/** What a cloud does wrong, and which cloud it behaves like. */
export interface Misbehaviour {
  readonly personality: PersonalityName;
  /** What it does wrong, as it is written, and how many times it still does; undefined is always. */
  readonly misdeeds: readonly { readonly spec: string; readonly left?: number | undefined }[];
  /** The ids of spot instances that have just been taken away. */
  readonly interrupted: readonly string[];
}

/** What the cloud does wrong now, for all accounts. */
export async function misbehaviourOf({ host }: LocalCloud): Promise<Misbehaviour> {
  return shown(await host.store.read(), []);
}

/**
 * Tells the cloud, for all accounts and until it is told otherwise, what to do wrong, in place of what it did before; an
 * empty list ends it. A spec is one of `misdeedForms`, or `as:PERSONALITY`, or `interrupt:WHICH`, which takes spot
 * instances away at once: the one with that id, or so many, the oldest first.
 * @throws {UsageError} `unknown-misdeed` when one of them is none; nothing was changed.
 */
export async function setMisbehaviour(
  { host, machines }: LocalCloud,
  specs: readonly string[],
): Promise<Misbehaviour> {
  const commands = ['as', 'interrupt'];
  const isCommand = (spec: string) => commands.includes(spec.split(':')[0] ?? '');
  const misdeeds = specs
    .filter((spec) => !isCommand(spec))
    .map((spec) => ({ spec, ...leftOf(spec) }));
  const named = specs.filter((spec) => spec.startsWith('as:')).map(personalityIn);
  const now = await host.store.update((record) => {
    record.misdeeds = misdeeds;
    delete record.buckets;
    for (const name of named) record.personality = name;
    const interrupted = specs.flatMap((spec) => interrupt(record, spec, host.clock.now()));
    return shown(record, interrupted);
  });
  if (now.interrupted.length > 0) await machines.reconcile();
  return now;
}

function leftOf(spec: string): { left?: number } {
  const { left } = parseMisdeed(spec);
  return left === undefined ? {} : { left };
}

function shown(record: CloudRecord, interrupted: readonly string[]): Misbehaviour {
  const { personality = 'aws', misdeeds } = record;
  return { personality, misdeeds, interrupted };
}

function personalityIn(spec: string): PersonalityName {
  const word = spec.slice('as:'.length);
  const found = personalityNames.find((name) => name === word);
  if (found !== undefined) return found;
  throw new UsageError('unknown-misdeed', `there is no cloud called "${word}" to behave like`, {
    hint: suggestion(word, personalityNames, 'There are'),
  });
}

/** Ends spot instances as EC2 does that needs them back, without the two minutes' notice. */
function interrupt(record: CloudRecord, spec: string, nowMs: number): string[] {
  const [word, which = '1'] = spec.split(':');
  if (word !== 'interrupt') return [];
  if (!/^(\d{1,6}|i-[0-9a-f]{8,17})$/.test(which)) {
    throw new UsageError('unknown-misdeed', `"${which}" names no spot instance`, {
      hint: 'It is written interrupt:N or interrupt:INSTANCE-ID.',
    });
  }
  const spot = record.instances.filter(
    ({ spotRequest, want }) => spotRequest !== undefined && want !== 'terminated',
  );
  const doomed = which.startsWith('i-')
    ? spot.filter(({ id }) => id.endsWith(which.slice('i-'.length)))
    : spot.slice(0, Number(which));
  const code = 'Server.SpotInstanceTermination';
  const reason = { code, message: `${code}: Spot instance termination` };
  for (const instance of doomed) endInstance(record, instance, nowMs, reason);
  return doomed.map(({ id }) => id);
}
