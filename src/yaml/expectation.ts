import type { z } from 'zod';
import { suggestion } from '../suggest.ts';

/** One complaint of a schema. */
export type Issue = z.core.$ZodIssue;

/** The complaint that none of several alternatives fits. */
export type UnionIssue = Extract<Issue, { code: 'invalid_union' }>;

/** What was expected in the place of `value`, as message and hint; never says the value itself. */
export function expectation(issue: Issue, value: unknown): { message: string; hint?: string } {
  if (issue.code === 'invalid_type') {
    return { message: `expected ${nameOfType(issue.expected)}, found ${nameOfValue(value)}` };
  }
  if (issue.code === 'invalid_value') {
    const values = issue.values.map(String);
    const message = `expected ${values.map((each) => `"${each}"`).join(' or ')}`;
    if (typeof value !== 'string' || values.length === 1) return { message };
    return { message, hint: suggestion(value, values, 'possible') };
  }
  if (issue.code === 'invalid_key') {
    return { message: issue.issues.map((each) => plain(each.message)).join(', ') };
  }
  return { message: plain(issue.message) };
}

/** The union's own words where its schema has some, else what each alternative would have wanted. */
export function alternatives(issue: UnionIssue, value: unknown): string {
  if (issue.message !== defaultUnionMessage) return issue.message;
  const messages = issue.errors.flatMap((branch) =>
    branch.slice(0, 1).map((each) => expectation(each, value).message),
  );
  const wanted = messages.map((each) => each.replace(/^expected /, '').replace(/, found .*$/, ''));
  return `expected ${[...new Set(wanted)].join(' or ')}, found ${nameOfValue(value)}`;
}

const defaultUnionMessage = 'Invalid input';

const typeNames: Readonly<Record<string, string>> = {
  string: 'a text',
  number: 'a number',
  int: 'an integer',
  boolean: 'true or false',
  array: 'a list',
  object: 'a map',
  record: 'a map',
};

function nameOfType(expected: string): string {
  return typeNames[expected] ?? expected;
}

function nameOfValue(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  return typeNames[typeof value] ?? typeof value;
}

/** Zod's own wording without its headline: `Too small: expected number to be >=1` says enough after the colon. */
function plain(message: string): string {
  return message.replace(/^(Too (small|big)|Invalid [a-z ]+): /, '');
}
