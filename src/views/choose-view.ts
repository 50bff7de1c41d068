/** What tells a stream that people look at from one that programs read. */
export interface StreamTraits {
  /** Node leaves both out where it is not a terminal. */
  readonly isTTY?: boolean;
  readonly columns?: number;
}

/** The options of the command line that say how to tell what happens. */
export interface ViewFlags {
  readonly json: boolean;
  readonly events: boolean;
  readonly quiet: boolean;
}

/** Which view to open. */
export type ViewKind = 'terminal' | 'plain' | 'events' | 'silent';

type Environment = Readonly<Record<string, string | undefined>>;

/** Below this a row has no room for more than its counters. */
const narrowestColumns = 20;

/** The view for what happens, written to a stream with these traits (stderr). */
export function chooseView(stream: StreamTraits, env: Environment, flags: ViewFlags): ViewKind {
  if (flags.events) return 'events';
  if (flags.json || flags.quiet) return 'silent';
  const columns = stream.columns ?? 0;
  const isSimple = env['TERM'] === 'dumb' || isSet(env['CI']) || columns < narrowestColumns;
  return stream.isTTY === true && !isSimple ? 'terminal' : 'plain';
}

/**
 * Whether to write colours to a stream: FORCE_COLOR decides, then NO_COLOR, then whether it is a terminal.
 * @see https://no-color.org and https://nodejs.org/api/tty.html#writestreamgetcolordepthenv
 */
export function showsColor(stream: StreamTraits, env: Environment): boolean {
  const forced = env['FORCE_COLOR'];
  if (forced !== undefined) return forced !== '0' && forced !== 'false';
  if ((env['NO_COLOR'] ?? '') !== '') return false;
  return stream.isTTY === true && env['TERM'] !== 'dumb';
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && !['', '0', 'false'].includes(value);
}
