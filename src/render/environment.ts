import Handlebars from 'handlebars';
import { isBlock, isMustache, isPath } from './ast.ts';
import { helpers } from './helpers.ts';
import { type RunData, strict, strictBlock } from './strict-helper.ts';
import type { LocateInTemplate } from './template.ts';
import { asText } from './values.ts';

/** The blocks that a template may use. */
export const blocks: readonly string[] = ['if', 'unless', 'each', 'with'];

/** Runs a template; with `onValue` the value of its only expression is handed over instead of written. */
export type RunTemplate = (scope: object, onValue?: (value: unknown) => void) => string;

/** Every `{{expression}}` is written by this helper: the one place where a value becomes text. */
const writer = 'write';

const environment = createEnvironment();

const knownHelpers = Object.fromEntries(
  [...Object.keys(helpers), ...blocks, writer].map((name) => [name, true]),
);

/** The template in `text` as a function of its scope; the text must be one that parses. */
export function compileProgram(text: string, locate: LocateInTemplate): RunTemplate {
  const program = environment.parse(text);
  sendThroughWriter(program);
  const options = { noEscape: true, knownHelpersOnly: true };
  const run = environment.compile<object>(program, Object.assign(options, { knownHelpers }));
  return (scope, onValue) => {
    const data: RunData = { locate, onValue };
    return run(scope, { data });
  };
}

function createEnvironment(): typeof Handlebars {
  const own = Handlebars.create();
  for (const [name, builtin] of Object.entries(own.helpers)) {
    own.unregisterHelper(name);
    if (blocks.includes(name)) own.registerHelper(name, strictBlock(name, builtin));
  }
  for (const [name, helper] of Object.entries(helpers)) {
    const apply: (...values: unknown[]) => unknown = helper.apply;
    own.registerHelper(
      name,
      strict((values) => apply(...values)),
    );
  }
  own.registerHelper(writer, strict(write));
  return own;
}

function write([value]: readonly unknown[], { onValue }: RunData): string {
  if (onValue === undefined) return asText(value);
  onValue(value);
  return '';
}

/** Turns each `{{x}}` into `{{write x}}`, and `{{helper x}}` into `{{write (helper x)}}`, in place. */
function sendThroughWriter(program: hbs.AST.Program): void {
  for (const node of program.body) {
    if (isMustache(node)) {
      const { loc, path, params } = node;
      node.params = [params.length === 0 ? path : asSubExpression(node)];
      node.path = {
        type: 'PathExpression',
        loc,
        data: false,
        depth: 0,
        parts: [writer],
        original: writer,
      };
    } else if (isBlock(node)) {
      for (const inner of [node.program, node.inverse]) if (inner) sendThroughWriter(inner);
    }
  }
}

function asSubExpression({
  loc,
  path,
  params,
  hash,
}: hbs.AST.MustacheStatement): hbs.AST.Expression {
  if (!isPath(path)) return path;
  const expression: hbs.AST.SubExpression = { type: 'SubExpression', loc, path, params, hash };
  return expression;
}
