import type Handlebars from 'handlebars';
import { SourceError } from '../errors.ts';
import type { LocateInTemplate } from './template.ts';
import { nameOf } from './values.ts';

/** What a run hands to every helper through `options.data`. */
export interface RunData {
  readonly locate: LocateInTemplate;
  readonly onValue: ((value: unknown) => void) | undefined;
}

/** A helper for Handlebars that refuses a missing argument, naming the place, instead of going on with nothing. */
export function strict(
  apply: (values: readonly unknown[], data: RunData) => unknown,
): Handlebars.HelperDelegate {
  return (...all: unknown[]) => {
    const call = callOf(all);
    const values = all.slice(0, -1);
    return atPlace(call, () => {
      demandDefined(values);
      return apply(values, call.data);
    });
  };
}

/** One of Handlebars' own blocks, refusing a missing argument in the same way. */
export function strictBlock(
  name: string,
  builtin: Handlebars.HelperDelegate,
): Handlebars.HelperDelegate {
  return function (this: unknown, ...all: unknown[]) {
    const [value] = all;
    atPlace(callOf(all), () => {
      demandDefined(all.slice(0, -1));
      if (name === 'each' && (typeof value !== 'object' || value === null)) {
        throw new TypeError(`{{#each}} expected a list or a map, found ${nameOf(value)}`);
      }
    });
    return Reflect.apply(builtin, this, all);
  };
}

interface HelperCall {
  readonly data: RunData;
  readonly loc: hbs.AST.SourceLocation;
}

/** Handlebars passes its options, which hold our data and the call's place, behind the arguments. */
function callOf(all: readonly unknown[]): HelperCall {
  return all.at(-1) as HelperCall;
}

function demandDefined(values: readonly unknown[]): void {
  if (values.includes(undefined)) throw new TypeError('a name in it has no value');
}

function atPlace<T>({ data, loc }: HelperCall, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    const location = data.locate(loc.start.line, loc.start.column);
    throw new SourceError([
      { location, message: `the template cannot be filled: ${error.message}` },
    ]);
  }
}
