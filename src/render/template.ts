import type { SourceLocation } from '../errors.ts';
import { isMustache } from './ast.ts';
import { compileProgram } from './environment.ts';
import { parseTemplate } from './parse-template.ts';

/** A parsed template, ready to be checked and rendered. */
export interface Template {
  readonly program: hbs.AST.Program;
  readonly locate: LocateInTemplate;
  /**
   * The text of the template with the values of `scope`.
   *
   * @throws {SourceError} when a value is missing or has no text of its own
   */
  render(scope: object): string;
  /**
   * As {@link Template.render}, but a template that is exactly one `{{expression}}` gives that expression's own
   * value: a number stays a number, a list a list.
   *
   * @throws {SourceError} when a value is missing or has no text of its own
   */
  value(scope: object): unknown;
}

/** Place in the user's file of a line (from 1) and column (from 0) of a template's text. */
export type LocateInTemplate = (line: number, column: number) => SourceLocation;

/**
 * The template in `text`; `locate` says where its lines stand.
 *
 * Handlebars syntax without partials and decorators; no HTML escaping. Names are looked up only as own properties.
 *
 * @throws {SourceError} when the text is not a template
 */
export function compileTemplate(source: {
  readonly text: string;
  readonly locate: LocateInTemplate;
}): Template {
  const program = parseTemplate(source.text, source.locate);
  const run = compileProgram(source.text, source.locate);
  const [only, ...others] = program.body;
  const isSingleExpression = only !== undefined && isMustache(only) && others.length === 0;
  const render = (scope: object): string => run(scope);
  return {
    program,
    locate: source.locate,
    render,
    value: (scope) => {
      if (!isSingleExpression) return render(scope);
      let value: unknown;
      run(scope, (native) => {
        value = native;
      });
      return value;
    },
  };
}
