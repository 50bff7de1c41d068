import { UsageError } from '../errors.ts';
import { suggestion } from '../suggest.ts';

/** What has to be known of the command line to tell its words from the values of its options. */
export interface Grammar {
  /** Verbs that take a recipe; `--op` accepts exactly these. */
  readonly clusterVerbs: readonly string[];
  /** Every other first word that is no recipe. */
  readonly otherVerbs: readonly string[];
  /** All options as they are written (`-p`, `--profile`), and whether a value follows. */
  readonly options: ReadonlyMap<string, 'alone' | 'optional' | 'required'>;
}

const operationOptions: ReadonlySet<string> = new Set(['-o', '--op', '--operation']);
const defaultVerb = 'create';

/**
 * The arguments with the verb first: `RECIPE [--op OPERATION]` becomes `OPERATION RECIPE`, and a recipe alone is created.
 * @throws {UsageError} when `--op` names no operation on clusters, or when there are two different operations
 */
export function normalizeArguments(argv: readonly string[], grammar: Grammar): string[] {
  const { words, options, operations, rest } = sortArguments(argv, grammar);
  // The word after an unknown option may be its value; the parser names the option, which is the true mistake.
  const isClear = options.every((option) => !option.startsWith('--') || knows(option, grammar));
  const verb = chooseVerb(words, operations, grammar, isClear);
  const others = isVerb(words[0], grammar) ? words.slice(1) : words;
  if (verb === undefined) {
    const isAboutProgram = options.every((option) => programOptions.has(option));
    return isAboutProgram ? [...options, ...rest] : [defaultVerb, ...options, ...rest];
  }
  return [verb, ...others, ...options, ...rest];
}

/** Options that need no verb. */
const programOptions: ReadonlySet<string> = new Set(['-h', '--help', '-V', '--version']);

interface SortedArguments {
  readonly words: string[];
  readonly options: string[];
  readonly operations: string[];
  /** `--` and what follows it. */
  readonly rest: readonly string[];
}

function sortArguments(argv: readonly string[], grammar: Grammar): SortedArguments {
  const sorted = { words: [] as string[], options: [] as string[], operations: [] as string[] };
  const end = argv.indexOf('--');
  const queue = end === -1 ? [...argv] : argv.slice(0, end);
  for (let argument = queue.shift(); argument !== undefined; argument = queue.shift()) {
    const operation = operationIn(argument);
    if (operation !== undefined) {
      sorted.operations.push(operation === '' ? operationAfter(argument, queue) : operation);
    } else if (!argument.startsWith('-') || argument === '-') {
      sorted.words.push(argument);
    } else {
      sorted.options.push(argument, ...valueAfter(argument, queue, grammar));
    }
  }
  return { ...sorted, rest: end === -1 ? [] : argv.slice(end) };
}

/** The operation in `--op=X`, `-oX`; empty when it is the next argument; undefined when this is another option. */
function operationIn(argument: string): string | undefined {
  if (operationOptions.has(argument)) return '';
  const [name, value] = splitOnce(argument, '=');
  if (value !== undefined && operationOptions.has(name)) return value;
  return /^-o./.test(argument) ? argument.slice(2) : undefined;
}

function operationAfter(option: string, queue: string[]): string {
  const next = queue.shift();
  if (next !== undefined) return next;
  throw new UsageError('missing-operation', `${option} needs an operation after it`, {
    hint: 'for example: deployer zookeeper --op status',
  });
}

/** The next argument, taken from the queue, when it is the value of `option`. */
function valueAfter(option: string, queue: string[], { options }: Grammar): string[] {
  const kind = options.get(lastOption(option, options)) ?? 'alone';
  const next = queue[0];
  if (kind === 'alone' || next === undefined) return [];
  // A word after an option that may stand alone is its value only if it looks like one: `--wait 5m`, `--wait zookeeper`.
  if (kind === 'optional' && !/^\d/.test(next)) return [];
  return queue.splice(0, 1);
}

/** The option that a following value would belong to: in `-qp` that is `-p`; none in `-paws`, where the value is inside. */
function lastOption(argument: string, options: Grammar['options']): string {
  if (argument.startsWith('--')) return argument;
  const letters = [...argument.slice(1)];
  const first = letters.findIndex((letter) => (options.get(`-${letter}`) ?? 'alone') !== 'alone');
  return first === letters.length - 1 ? `-${letters[first] ?? ''}` : '';
}

function chooseVerb(
  words: readonly string[],
  operations: readonly string[],
  grammar: Grammar,
  isClear: boolean,
): string | undefined {
  const [word] = words;
  const named = [...new Set([...operations, ...(isVerb(word, grammar) ? [word] : [])])];
  if (named.length > 1) {
    throw new UsageError('two-operations', `only one operation at a time: ${named.join(' or ')}?`);
  }
  for (const operation of operations) requireOperation(operation, grammar);
  if (named.length === 1 || word === undefined) return named[0];
  if (words.length > 1 && isClear) requireOperation(word, grammar);
  return defaultVerb;
}

function requireOperation(word: string, { clusterVerbs, otherVerbs }: Grammar): void {
  if (clusterVerbs.includes(word)) return;
  throw new UsageError('unknown-operation', `there is no operation "${word}" on clusters`, {
    hint: otherVerbs.includes(word)
      ? `it stands alone: deployer ${word}`
      : suggestion(word, clusterVerbs, 'operations'),
  });
}

function knows(option: string, { options }: Grammar): boolean {
  return options.has(splitOnce(option, '=')[0]);
}

function isVerb(word: string | undefined, { clusterVerbs, otherVerbs }: Grammar): word is string {
  return word !== undefined && (clusterVerbs.includes(word) || otherVerbs.includes(word));
}

function splitOnce(text: string, separator: string): [string, string | undefined] {
  const at = text.indexOf(separator);
  return at === -1 ? [text, undefined] : [text.slice(0, at), text.slice(at + separator.length)];
}
