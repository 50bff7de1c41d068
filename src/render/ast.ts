/** The kinds of node that a parsed template is made of, as far as templates here may use them. */

type Node = hbs.AST.Node;

/** Whether `node` is `{{expression}}`. */
export function isMustache(node: Node): node is hbs.AST.MustacheStatement {
  return node.type === 'MustacheStatement';
}

/** Whether `node` is `{{#name …}} … {{/name}}`. */
export function isBlock(node: Node): node is hbs.AST.BlockStatement {
  return node.type === 'BlockStatement';
}

/** Whether `node` is a path like `params.port`, `../name` or `@index`. */
export function isPath(node: Node): node is hbs.AST.PathExpression {
  return node.type === 'PathExpression';
}

/** Whether `node` is `(helper argument …)`. */
export function isSubExpression(node: Node): node is hbs.AST.SubExpression {
  return node.type === 'SubExpression';
}

/** Whether `node` is plain text, or a comment. */
export function isInert(node: Node): boolean {
  return node.type === 'ContentStatement' || node.type === 'CommentStatement';
}
