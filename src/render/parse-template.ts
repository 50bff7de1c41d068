import Handlebars from 'handlebars';
import { SourceError } from '../errors.ts';
import type { LocateInTemplate } from './template.ts';

const howToWrite =
  'a variable is written {{params.port}}, a block {{#if x}}…{{/if}}, a literal brace \\{{';

/**
 * The syntax tree of a template.
 *
 * @throws {SourceError} when it cannot be read
 */
export function parseTemplate(text: string, locate: LocateInTemplate): hbs.AST.Program {
  try {
    return Handlebars.parse(text);
  } catch (error) {
    const { line, column, reason } = explain(error, text);
    throw new SourceError([{ location: locate(line, column), message: reason, hint: howToWrite }]);
  }
}

/** Handlebars tells a mismatched block's place as fields, but a syntax error's line only inside its message. */
function explain(error: unknown, text: string): { line: number; column: number; reason: string } {
  if (error instanceof Handlebars.Exception && typeof error.lineNumber === 'number') {
    const reason = `template block mismatch: ${error.message.replace(/ - \d+:\d+$/, '')}`;
    return { line: error.lineNumber, column: Number(error.column ?? 0), reason };
  }
  const message = error instanceof Error ? error.message : String(error);
  const line = Number(/ on line (\d+)/.exec(message)?.[1] ?? 1);
  const column = Math.max(0, text.split('\n')[line - 1]?.lastIndexOf('{{') ?? 0);
  const unfinished = message.includes("got 'EOF'");
  const reason = unfinished
    ? 'the template ends before a block or expression is closed'
    : 'this template expression cannot be read';
  return { line, column, reason };
}
