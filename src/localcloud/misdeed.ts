import { parseDuration } from '../duration.ts';
import { UsageError } from '../errors.ts';
import { suggestion } from '../suggest.ts';

/** Something that the cloud can be told to do wrong. */
export type Misdeed =
  | { readonly kind: 'throttle' }
  | {
      readonly kind: 'capacity';
      /** A type, zone or market (`spot`, `on-demand`); `*` is any. */
      readonly pool: readonly [type: string, zone: string, market: string];
      /** How many machines of the pool there can be at a time. */
      readonly most: number;
    }
  | { readonly kind: 'vcpus' | 'instances'; readonly most: number }
  | { readonly kind: 'late' | 'late-tags'; readonly ms: number }
  | { readonly kind: 'die'; readonly code: string }
  | { readonly kind: 'hold'; readonly action: string; readonly ms: number }
  | { readonly kind: 'drop-reply'; readonly action: string }
  | { readonly kind: SimpleKind };

/** The kinds that have nothing more to say. */
type SimpleKind =
  | 'never-ssh'
  | 'no-console'
  | 'plain-console'
  | 'ignore-key-pair'
  | 'ignore-token'
  | 'ignore-protection'
  | 'expire'
  | 'html-502'
  | 'cut-xml';

/** A misdeed as it was written, and how many times it is done; undefined is always. */
export interface ReadMisdeed {
  readonly misdeed: Misdeed;
  readonly left?: number;
}

/** How a misdeed is written, and what the cloud does then. `N` may be left out where it is in brackets: always. */
export interface MisdeedForm {
  readonly form: string;
  readonly does: string;
}

type Read = (args: readonly string[]) => ReadMisdeed | undefined;

/** Every misdeed by its name: how it is written, what it does, and what its arguments mean. */
const table: Readonly<Record<Misdeed['kind'], MisdeedForm & { readonly read: Read }>> = {
  throttle: {
    form: 'throttle',
    does: "RequestLimitExceeded by AWS's published buckets of tokens, one set an account",
    read: plain({ kind: 'throttle' }),
  },
  capacity: {
    form: 'capacity:TYPE/ZONE/MARKET[:N]',
    does: 'InsufficientInstanceCapacity above N machines (default 0) of a pool; * is any',
    read: ([pool = '', most = '0', ...more]) => {
      const [type = '', zone = '*', market = '*', ...others] = pool.split('/');
      const count = countOf(most);
      if (type === '' || count === undefined || more.length + others.length > 0) return undefined;
      return { misdeed: { kind: 'capacity', pool: [type, zone, market], most: count } };
    },
  },
  vcpus: {
    form: 'vcpus:N',
    does: 'VcpuLimitExceeded above N vCPUs, all machines of the account together',
    read: limit('vcpus'),
  },
  instances: {
    form: 'instances:N',
    does: 'InstanceLimitExceeded above N machines of the account',
    read: limit('instances'),
  },
  late: {
    form: 'late:DURATION',
    does: 'what is made is not there (NotFound, not listed) until so long afterwards',
    read: lasting('late'),
  },
  'late-tags': {
    form: 'late-tags:DURATION',
    does: 'tags are not there until so long afterwards',
    read: lasting('late-tags'),
  },
  die: {
    form: 'die[:CODE[:N]]',
    does: 'the next N machines go from pending to terminated, for a reason like Server.InternalError',
    read: ([code = 'Server.InternalError', ...count]) => {
      const isCode = /^(Server|Client)\.[\w.]+$/.test(code);
      return isCode ? counted({ kind: 'die', code })(count) : undefined;
    },
  },
  'never-ssh': {
    form: 'never-ssh',
    does: 'machines launched from now on boot without a reachable sshd',
    read: plain({ kind: 'never-ssh' }),
  },
  'ignore-key-pair': {
    form: 'ignore-key-pair',
    does: 'machines launched from now on let in only the keys of their user data',
    read: plain({ kind: 'ignore-key-pair' }),
  },
  'no-console': {
    form: 'no-console',
    does: 'the console has nothing to show',
    read: plain({ kind: 'no-console' }),
  },
  'plain-console': {
    form: 'plain-console',
    does: 'the console is plain text in place of base64',
    read: plain({ kind: 'plain-console' }),
  },
  'ignore-token': {
    form: 'ignore-token',
    does: 'a launch with a ClientToken that was used before launches again',
    read: plain({ kind: 'ignore-token' }),
  },
  'ignore-protection': {
    form: 'ignore-protection',
    does: 'protected machines are ended and stopped like others',
    read: plain({ kind: 'ignore-protection' }),
  },
  expire: {
    form: 'expire:N',
    does: 'after N more calls credentials have expired (RequestExpired; elsewhere ExpiredToken)',
    read: (args) => (args.length === 1 ? counted({ kind: 'expire' })(args) : undefined),
  },
  'html-502': {
    form: 'html-502[:N]',
    does: 'the next N calls meet a load balancer that answers 502 with a page; nothing is done',
    read: counted({ kind: 'html-502' }),
  },
  'cut-xml': {
    form: 'cut-xml[:N]',
    does: 'the next N answers end in the middle; what was asked is done',
    read: counted({ kind: 'cut-xml' }),
  },
  hold: {
    form: 'hold:ACTION:DURATION[:N]',
    does: 'what was asked is done, and the answer to the next N calls is held back so long',
    read: ([action = '', duration = '', ...count]) => {
      const ms = parseDuration(duration);
      if (action === '' || ms === undefined) return undefined;
      return counted({ kind: 'hold', action, ms })(count);
    },
  },
  'drop-reply': {
    form: 'drop-reply:ACTION[:N]',
    does: 'what was asked is done, and the connection of the next N calls ends without an answer',
    read: ([action = '', ...count]) =>
      action === '' ? undefined : counted({ kind: 'drop-reply', action })(count),
  },
};

/** How every misdeed is written, for help and messages. */
export const misdeedForms: readonly MisdeedForm[] = Object.values(table);

/**
 * The misdeed that is written as `spec`, such as `late:3s`.
 * @throws {UsageError} `unknown-misdeed` when it is none, with the way it is written.
 */
export function parseMisdeed(spec: string): ReadMisdeed {
  const [kind = '', ...args] = spec.split(':');
  const entry = isKind(kind) ? table[kind] : undefined;
  const read = entry?.read(args);
  if (read !== undefined) return read;
  throw new UsageError('unknown-misdeed', `the local cloud cannot do "${spec}" wrong`, {
    hint:
      entry === undefined
        ? suggestion(kind, Object.keys(table), 'It knows')
        : `It is written ${entry.form}: ${entry.does}.`,
  });
}

function isKind(text: string): text is Misdeed['kind'] {
  return Object.hasOwn(table, text);
}

function plain(misdeed: Misdeed): Read {
  return (args) => (args.length === 0 ? { misdeed } : undefined);
}

function counted(misdeed: Misdeed): Read {
  return ([count, ...more]) => {
    if (count === undefined) return { misdeed };
    const left = countOf(count);
    return left === undefined || more.length > 0 ? undefined : { misdeed, left };
  };
}

function limit(kind: 'vcpus' | 'instances'): Read {
  return ([count = '', ...more]) => {
    const most = countOf(count);
    return most === undefined || more.length > 0 ? undefined : { misdeed: { kind, most } };
  };
}

function lasting(kind: 'late' | 'late-tags'): Read {
  return ([duration = '', ...more]) => {
    const ms = parseDuration(duration);
    return ms === undefined || more.length > 0 ? undefined : { misdeed: { kind, ms } };
  };
}

function countOf(text: string): number | undefined {
  return /^\d{1,6}$/.test(text) ? Number(text) : undefined;
}
