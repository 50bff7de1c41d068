import type { SourceProblem } from '../errors.ts';
import { suggestion } from '../suggest.ts';
import { isBlock, isInert, isMustache, isPath, isSubExpression } from './ast.ts';
import { blocks } from './environment.ts';
import { type Helper, helpers } from './helpers.ts';
import { type Names, resolvePath } from './names.ts';
import { anything, type Shape, scalar } from './shape.ts';
import type { Template } from './template.ts';

type Node = hbs.AST.Node;
type Call = hbs.AST.MustacheStatement | hbs.AST.SubExpression;

/** Tells one problem at the place of `node`. */
type Report = (node: Node, message: string, hint: string) => void;

const helperTable: ReadonlyMap<string, Helper> = new Map(Object.entries(helpers));

/**
 * Every name of the template that `shape` does not have, and every call of a helper that does not exist.
 *
 * Each path is checked, also those in arguments and inside blocks: Handlebars' own strict mode passes over them.
 */
export function checkTemplate(template: Template, shape: Shape): readonly SourceProblem[] {
  const problems: SourceProblem[] = [];
  const report: Report = (node, message, hint) => {
    const location = template.locate(node.loc.start.line, node.loc.start.column);
    problems.push({ location, message, hint });
  };
  const data = new Map([['root', shape]]);
  checkProgram(template.program, { contexts: [shape], blockParams: new Map(), data }, report);
  return problems;
}

function checkProgram(program: hbs.AST.Program | undefined, names: Names, report: Report): void {
  for (const node of program?.body ?? []) {
    if (isInert(node)) continue;
    if (isMustache(node)) checkCall(node, names, report);
    else if (isBlock(node)) checkBlock(node, names, report);
    else report(node, 'partials and decorators do not exist here', 'write the text out');
  }
}

/** Checks an expression and gives the shape of its value. */
function checkExpression(node: Node, names: Names, report: Report): Shape {
  if (isSubExpression(node)) return checkCall(node, names, report);
  if (!isPath(node)) return scalar;
  const resolved = resolvePath(node, names);
  if (resolved.kind !== 'unknown') return resolved;
  report(node, resolved.message, resolved.hint);
  return anything;
}

function checkCall(call: Call, names: Names, report: Report): Shape {
  const { path, params } = call;
  if (!isPath(path)) return scalar;
  const helper = helperTable.get(path.original);
  if (helper === undefined && params.length === 0 && !isSubExpression(call)) {
    return checkExpression(path, names, report);
  }
  for (const param of params) checkExpression(param, names, report);
  refuseNamedArguments(call, report);
  if (helper === undefined) {
    const hint = suggestion(path.original, [...helperTable.keys()], 'helpers');
    report(path, `unknown helper "${path.original}"`, hint);
  } else if (params.length < helper.takes[0] || params.length > helper.takes[1]) {
    report(call, `"${path.original}" is given ${params.length} arguments`, helper.about);
  }
  return anything;
}

function checkBlock(block: hbs.AST.BlockStatement, names: Names, report: Report): void {
  const name = block.path.original;
  const [argument, ...others] = block.params;
  if (!blocks.includes(name)) {
    report(block, `unknown block "${name}"`, suggestion(name, blocks, 'blocks'));
    return;
  }
  if (argument === undefined || others.length > 0) {
    report(
      block,
      `{{#${name}}} takes one argument`,
      `write {{#${name} something}}, or {{#${name} (helper …)}}`,
    );
    return;
  }
  refuseNamedArguments(block, report);
  const shape = checkExpression(argument, names, report);
  if (name === 'each' && shape.kind === 'scalar') {
    report(argument, '{{#each}} needs a list or a map', 'this is a single value');
  }
  checkProgram(block.program, namesInside(name, block, shape, names), report);
  checkProgram(block.inverse, names, report);
}

function refuseNamedArguments(call: Pick<Call, 'hash'>, report: Report): void {
  const [pair] = call.hash?.pairs ?? [];
  if (pair !== undefined) {
    report(pair, `"${pair.key}=" is not accepted`, 'arguments are written one after the other');
  }
}

function namesInside(
  name: string,
  block: hbs.AST.BlockStatement,
  shape: Shape,
  names: Names,
): Names {
  if (name !== 'each' && name !== 'with') return names;
  const inner = name === 'each' ? itemOf(shape) : shape;
  const [first, second] = block.program?.blockParams ?? [];
  const blockParams = new Map(names.blockParams);
  if (first !== undefined) blockParams.set(first, inner);
  if (second !== undefined) blockParams.set(second, scalar);
  const data = new Map(names.data);
  if (name === 'each') for (const each of ['index', 'key', 'first', 'last']) data.set(each, scalar);
  return { contexts: [inner, ...names.contexts], blockParams, data };
}

function itemOf(shape: Shape): Shape {
  if (shape.kind === 'list') return shape.of;
  if (shape.kind !== 'object') return anything;
  const [only = anything, ...others] = Object.values(shape.fields);
  return others.length === 0 ? only : anything;
}
