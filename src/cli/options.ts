import { type Command, InvalidArgumentError } from 'commander';
import type {
  ChangeRequest,
  ClusterRequest,
  RunRequest,
  WishRequest,
  WorkspaceRequest,
} from '../actions/context.ts';
import { durationForm, parseDuration } from '../duration.ts';

/** What commander makes of the options of {@link addOutputOptions}. */
export interface OutputFlags {
  readonly json?: true;
  readonly events?: true;
  readonly quiet?: true;
  readonly debug?: true;
}

/** What commander makes of the options of {@link addWorkspaceOptions}. */
export interface WorkspaceFlags extends OutputFlags {
  readonly config?: string;
  readonly state?: string;
}

/** What commander makes of the options of {@link addClusterOptions}. */
export interface ClusterFlags extends WorkspaceFlags {
  readonly profile?: string;
  readonly name?: string;
}

/** What commander makes of the option of {@link addWaitOption}. */
export interface WaitFlags {
  readonly wait?: number | true;
}

/** What commander makes of the options of {@link addWishOptions}. */
export interface WishFlags extends ClusterFlags {
  readonly count?: number;
  readonly set?: Readonly<Record<string, string>>;
}

/** What commander makes of the options of {@link addChangeOptions}. */
export interface ChangeFlags extends WishFlags {
  readonly replace?: readonly string[];
}

/** How long a bare `--wait` waits. */
const patienceMs = 60 * 60_000;

/** Adds the options that say how to tell what happens. */
export function addOutputOptions(command: Command): Command {
  return command
    .option('--events', 'tell what happens as lines of JSON on stderr')
    .option('-q, --quiet', 'tell results and errors only')
    .option('--debug', 'show where an error came from');
}

/** Adds the option for a result that programs read. */
export function addJsonOption(command: Command): Command {
  return command.option('--json', 'print the result as one JSON object');
}

/** Adds the option that says which config.yml to work with. */
export function addConfigOption(command: Command): Command {
  return command.option(
    '-c, --config <file>',
    'the config.yml to use (default: here or nearest above)',
  );
}

/** Adds the options that say which files and folders to work with. */
export function addWorkspaceOptions(command: Command): Command {
  return addConfigOption(command).option(
    '--state <folder>',
    'where clusters are remembered (default: .deployer beside config.yml)',
  );
}

/** Adds the option that says where clusters live. */
export function addProfileOption(command: Command): Command {
  return command.option('-p, --profile <name>', 'where: a profile of config.yml or profiles/');
}

/** Adds the recipe and the options that say which cluster is meant. */
export function addClusterOptions(command: Command): Command {
  addProfileOption(command.argument('<recipe>', 'what: a recipe, like zookeeper')).option(
    '--name <cluster>',
    'the name of the cluster (default: RECIPE-PROFILE)',
  );
  return addWorkspaceOptions(command);
}

/** Adds the option of verbs that only one may carry out at a time. */
export function addWaitOption(command: Command): Command {
  return command.option(
    '--wait [duration]',
    'wait for another run on the same cluster to end',
    duration,
  );
}

/** Adds the options that say what a cluster is to be. */
export function addWishOptions(command: Command): Command {
  return command
    .option('-n, --count <number>', 'how many nodes', wholeNumber)
    .option('--set <key=value>', 'a parameter of the recipe; may be given several times', setting);
}

/** Adds the options that say what a cluster is to be, and what is done to it besides. */
export function addChangeOptions(command: Command): Command {
  return addWishOptions(command).option(
    '--replace <nodes>',
    'give these nodes new machines although the old ones run, like 2',
    commaList,
  );
}

/** The request's part that {@link addWorkspaceOptions} is about. */
export function workspaceRequest({ config, state }: WorkspaceFlags): WorkspaceRequest {
  return { config, state };
}

/** The request's part that {@link addClusterOptions} is about. */
export function clusterRequest(recipe: string, flags: ClusterFlags): ClusterRequest {
  const { profile, name } = flags;
  return { ...workspaceRequest(flags), recipe, profile, name };
}

/** The request's part that {@link addWaitOption} is about. */
export function waitRequest({ wait }: WaitFlags): Pick<RunRequest, 'waitMs'> {
  return { waitMs: wait === true ? patienceMs : (wait ?? 0) };
}

/** The request's part that {@link addClusterOptions} and {@link addWishOptions} are about. */
export function wishRequest(recipe: string, flags: WishFlags): WishRequest {
  return { ...clusterRequest(recipe, flags), count: flags.count, parameters: flags.set ?? {} };
}

/** The request's part that {@link addClusterOptions} and {@link addChangeOptions} are about. */
export function changeRequest(recipe: string, flags: ChangeFlags): ChangeRequest {
  return { ...wishRequest(recipe, flags), replace: flags.replace ?? [] };
}

/** A whole number of at least 1. @throws {InvalidArgumentError} when `text` is none */
export function wholeNumber(text: string): number {
  if (!/^[1-9]\d{0,5}$/.test(text)) throw new InvalidArgumentError('It must be 1, 2, 3 …');
  return Number(text);
}

const highestPort = 65_535;

/** Reads a port, `lowest` or above; 0 is any that is free. The reading throws {@link InvalidArgumentError}. */
export function portFrom(lowest: 0 | 1): (text: string) => number {
  return (text) => {
    const port = /^(0|[1-9]\d{0,4})$/.test(text) ? Number(text) : Number.NaN;
    if (port >= lowest && port <= highestPort) return port;
    throw new InvalidArgumentError(`It must be a port, ${lowest} to ${highestPort}.`);
  };
}

/** The words of a list like `1,3`. */
export function commaList(text: string): string[] {
  return text.split(',').filter((word) => word !== '');
}

/** Milliseconds. @throws {InvalidArgumentError} when `text` is no duration */
export function duration(text: string): number {
  const ms = parseDuration(text);
  if (ms === undefined) throw new InvalidArgumentError(`It must be ${durationForm}.`);
  return ms;
}

function setting(text: string, before: Readonly<Record<string, string>> = {}) {
  const at = text.indexOf('=');
  if (at < 1) throw new InvalidArgumentError('It must look like key=value.');
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) };
}
