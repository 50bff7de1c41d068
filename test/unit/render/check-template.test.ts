import { expect, test } from 'vitest';
import { checkTemplate } from '../../../src/render/check-template.ts';
import { anything, list, object, scalar } from '../../../src/render/shape.ts';
import { compileTemplate } from '../../../src/render/template.ts';

const node = object({ name: scalar, address: scalar, roles: list(scalar) });
const shape = object({
  params: object({ clientPort: scalar, flags: list(scalar) }),
  nodes: list(node),
  roles: object({ server: list(node) }),
  node,
  free: anything,
});

function problems(text: string): string[] {
  const template = compileTemplate({
    text,
    locate: (line, column) => ({ file: 't', line, column: column + 1 }),
  });
  return checkTemplate(template, shape).map(
    ({ location, message, hint }) => `${location.line}:${location.column} ${message} | ${hint}`,
  );
}

test.each([
  '{{params.clientPort}} {{node.name}} {{nodes.length}} {{nodes.[0].name}}',
  '{{#each nodes}}{{name}} {{this.name}} {{./name}} {{../params.clientPort}} {{@index}} {{@first}} {{@last}}{{/each}}',
  '{{#each nodes}}{{#each roles}}{{this}} {{../name}} {{../../node.name}}{{/each}}{{/each}}',
  '{{#each nodes as |n i|}}{{#each n.roles as |role|}}{{n.name}} {{i}} {{role}}{{/each}}{{/each}}',
  '{{#with node}}{{name}}{{#if roles}}{{../params.clientPort}}{{/if}}{{/with}}',
  '{{#each nodes}}{{name}}{{else}}{{node.name}}{{/each}}',
  '{{#each roles.server}}{{address}}{{/each}} {{@root.node.name}}',
  '{{#each roles}}{{@key}}{{#each this}}{{name}}{{/each}}{{/each}}',
  '{{add (multiply params.clientPort 2) 1}} {{free.what.ever}}',
])('%s names only what there is', (text) => {
  expect(problems(text)).toEqual([]);
});

test.each([
  [
    '{{params.clientport}}',
    '1:3 unknown variable "params.clientport" | did you mean "clientPort"?',
  ],
  ['a\n b {{nod.name}}', '2:6 unknown variable "nod.name" | did you mean "node"?'],
  ['{{#if params.x}}y{{/if}}', '1:7 unknown variable "params.x" | known here: clientPort, flags'],
  [
    '{{#each nodes}}{{adress}}{{/each}}',
    '1:18 unknown variable "adress" | did you mean "address"?',
  ],
  [
    '{{#each nodes}}{{params.clientPort}}{{/each}}',
    '1:18 unknown variable "params.clientPort" | did you mean "../params.clientPort"?',
  ],
  [
    '{{#with node}}{{else}}{{name}}{{/with}}',
    '1:25 unknown variable "name" | known here: params, nodes, roles, node, free',
  ],
  [
    '{{#unless (eq params.x 1)}}{{/unless}}',
    '1:15 unknown variable "params.x" | known here: clientPort, flags',
  ],
  ['{{join nodess ","}}', '1:8 unknown variable "nodess" | did you mean "nodes"?'],
  [
    '{{nodes.name}}',
    '1:3 unknown variable "nodes.name" | that is a list: go through it with {{#each}}',
  ],
  [
    '{{node.name.first}}',
    '1:3 unknown variable "node.name.first" | what stands before ".first" is a single value',
  ],
  [
    '{{constructor}}',
    '1:3 unknown variable "constructor" | known here: params, nodes, roles, node, free',
  ],
  ['{{@index}}', '1:3 unknown variable "@index" | known here: @root'],
  [
    '{{../node}}',
    '1:3 "../node" climbs out of the template | there are 0 surrounding contexts here',
  ],
  ['{{jon nodes ","}}', '1:3 unknown helper "jon" | did you mean "join"?'],
  ['{{write node.name}}', '1:3 unknown helper "write" | '],
  ['{{#ech nodes}}{{/ech}}', '1:1 unknown block "ech" | did you mean "each"?'],
  ['{{#nodes}}{{/nodes}}', '1:1 unknown block "nodes" | blocks: if, unless, each, with'],
  ['{{#each node.name}}{{/each}}', '1:9 {{#each}} needs a list or a map | this is a single value'],
  ['{{#if}}{{/if}}', '1:1 {{#if}} takes one argument | write {{#if something}}'],
  ['{{json}}', '1:1 "json" is given 0 arguments | json VALUE'],
  [
    '{{json node indent=2}}',
    '1:13 "indent=" is not accepted | arguments are written one after the other',
  ],
  ['{{> other}}', '1:1 partials and decorators do not exist here | write the text out'],
])('%j is refused at its place with the nearest name', (text, expected) => {
  const [first, ...others] = problems(text);
  expect(first).toContain(expected);
  expect(others).toEqual([]);
});
