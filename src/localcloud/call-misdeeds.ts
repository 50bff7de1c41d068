import type { Clock } from '../clock.ts';
import type { CloudReply } from './cloud-reply.ts';
import { Ec2Fault } from './fault.ts';
import { misdeedsOf, takeMisdeed } from './misdeeds.ts';
import type { PersonalityName } from './personality.ts';
import type { Params } from './query.ts';
import type { CloudRecord } from './record.ts';
import type { RecordStore } from './record-store.ts';
import { throttle } from './throttle.ts';

/** What goes wrong with one call, decided before it is answered. */
export interface CallMisdeeds {
  /** The answer in place of what was asked, which is not done then. */
  readonly instead?: Ec2Fault | 'html-502';
  /** The answer ends in the middle. */
  readonly isCut?: boolean;
  /** How long the answer is held back. */
  readonly holdMs?: number;
  /** There is no answer. */
  readonly isDropped?: boolean;
}

/** A call as far as misdeeds look at it. */
export interface CallFacts {
  readonly account: string;
  /** What is asked for, such as `RunInstances`. */
  readonly action: string;
  readonly params: Params;
  readonly nowMs: number;
  readonly personality: PersonalityName;
}

/** What goes wrong with a call; what is done a number of times only is counted in the record. */
export async function misdeedsFor(
  store: RecordStore,
  record: CloudRecord,
  call: CallFacts,
): Promise<CallMisdeeds> {
  const kinds = new Set(record.misdeeds.map(({ spec }) => spec.split(':')[0] ?? ''));
  const concerned = ['throttle', 'expire', 'html-502', 'cut-xml', 'hold', 'drop-reply'];
  if (!concerned.some((kind) => kinds.has(kind))) return {};
  return store.update((current) => decide(current, call));
}

function decide(record: CloudRecord, call: CallFacts): CallMisdeeds {
  if (hasExpired(record)) return { instead: expired(call.personality) };
  if (takeMisdeed(record, 'html-502') !== undefined) return { instead: 'html-502' };
  const isThrottled = misdeedsOf(record).some(({ kind }) => kind === 'throttle');
  const throttled = isThrottled ? throttle(record, call) : undefined;
  if (throttled !== undefined) return { instead: throttled };
  const isNamed = ({ action }: { readonly action: string }) =>
    action === '*' || action === call.action;
  const hold = takeMisdeed(record, 'hold', isNamed);
  return {
    isCut: takeMisdeed(record, 'cut-xml') !== undefined,
    isDropped: takeMisdeed(record, 'drop-reply', isNamed) !== undefined,
    ...(hold !== undefined && { holdMs: hold.ms }),
  };
}

/** Counts down to the calls that fail, for ever. */
function hasExpired(record: CloudRecord): boolean {
  const stored = record.misdeeds.find(({ spec }) => spec.startsWith('expire:'));
  if (stored?.left === undefined) return false;
  if (stored.left === 0) return true;
  stored.left -= 1;
  return false;
}

function expired(personality: PersonalityName): Ec2Fault {
  if (personality === 'aws') return new Ec2Fault('RequestExpired', 'Request has expired.');
  return new Ec2Fault('ExpiredToken', 'The security token included in the request is expired', 403);
}

const badGateway = {
  status: 502,
  contentType: 'text/html',
  body: '<html><head><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1></body></html>',
};

/** What comes of a call with which something goes wrong; `answer` answers it, with a fault when it is given one. */
export async function wronged(
  { instead, isCut = false, holdMs = 0, isDropped = false }: CallMisdeeds,
  clock: Clock,
  answer: (fault?: Ec2Fault) => Promise<CloudReply>,
): Promise<CloudReply> {
  if (instead === 'html-502') return badGateway;
  const reply = await answer(instead);
  if (holdMs > 0) await clock.sleep(holdMs);
  const body = isCut ? reply.body.slice(0, reply.body.length / 2) : reply.body;
  return { ...reply, body, ...(isDropped && { isDropped }) };
}
