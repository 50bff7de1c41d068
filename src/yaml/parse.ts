import { constructFromEvents, EVENT_ID, type Event, parseEvents, YAMLException } from 'js-yaml';
import { SourceError, type SourceLocation } from '../errors.ts';
import { type LineIndex, lineIndex } from './line-index.ts';
import { findNode, type PositionNode, positionsOf } from './positions.ts';
import { offsetInScalar } from './scalar-offset.ts';

/** Which half of a `key: value` pair is meant. */
export type Half = 'key' | 'value';

/** Where a value stands inside a document: keys and list indexes from the top. */
export type YamlPath = readonly (string | number)[];

/** One parsed YAML document that knows where each of its keys and values stands. */
export interface YamlDocument {
  readonly value: unknown;
  /** Place of the value (or key) at `path`; of the nearest enclosing thing that exists when `path` itself does not. */
  locate(path: YamlPath, half?: Half): SourceLocation;
  /** Place of the character at `offset` of the scalar at `path`, as far as quoting and folding let it be told. */
  locateInside(path: YamlPath, offset: number): SourceLocation;
}

/** No file that a person writes comes near these; what does is an attack or a mistake. */
const limits = { bytes: 1024 * 1024, depth: 40 } as const;

/**
 * The single YAML document in `text`, with positions; `file` is how messages name it.
 *
 * Aliases are refused (a few lines of them can expand to gigabytes), as are duplicate keys, custom tags,
 * several documents in one file and more than 1 MiB.
 *
 * @throws {SourceError} when the text is refused, with the line and column of the reason
 */
export function parseYaml(text: string, file: string): YamlDocument {
  const lines = lineIndex(text);
  const locationOf = (offset: number): SourceLocation => ({ file, ...lines.at(offset) });
  const refuse = (offset: number, message: string, hint?: string): SourceError =>
    new SourceError([
      { location: locationOf(offset), message, ...(hint === undefined ? {} : { hint }) },
    ]);

  if (Buffer.byteLength(text) > limits.bytes) throw refuse(0, 'the file is larger than 1 MiB');
  try {
    const events = parseEvents(text, { maxDepth: limits.depth });
    refuseUnwanted(events, refuse);
    const [value] = constructFromEvents(events, { source: text, maxAliases: 0 });
    return documentOf(text, value, positionsOf(events, text), locationOf);
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error;
    throw refuse(
      error.mark?.position ?? 0,
      readableReason(error.reason),
      hintFor(text, lines, error),
    );
  }
}

function refuseUnwanted(
  events: readonly Event[],
  refuse: (offset: number, message: string, hint?: string) => SourceError,
): void {
  const documents = events.filter((event) => event.type === EVENT_ID.DOCUMENT).length;
  if (documents === 0) throw refuse(0, 'the file is empty');
  if (documents > 1)
    throw refuse(0, 'the file holds more than one YAML document (separated by ---)');
  const alias = events.find((event) => event.type === EVENT_ID.ALIAS);
  if (alias !== undefined) {
    throw refuse(
      alias.anchorStart - 1,
      'YAML aliases (*name) are not accepted',
      'write the value out',
    );
  }
}

function documentOf(
  text: string,
  value: unknown,
  root: PositionNode,
  locationOf: (offset: number) => SourceLocation,
): YamlDocument {
  return {
    value,
    locate: (path, half = 'value') => {
      const { node, found } = findNode(root, path);
      const atKey = half === 'key' || !found;
      return locationOf(atKey ? (node.keyOffset ?? node.offset) : node.offset);
    },
    locateInside: (path, offset) => {
      const { node } = findNode(root, path);
      return locationOf(offsetInScalar(text, node, offset));
    },
  };
}

function readableReason(reason: string): string {
  if (reason.startsWith('duplicated mapping key')) return 'this key stands twice in the same map';
  if (reason.includes('exceeded maxDepth')) return `nested deeper than ${limits.depth} levels`;
  return `not valid YAML: ${reason}`;
}

/** The two mistakes that YAML's own reasons explain badly. */
function hintFor(text: string, lines: LineIndex, error: YAMLException): string | undefined {
  const line = lines.text(error.mark?.position ?? text.length);
  if (/^\s*\t/.test(line)) return 'YAML is indented with spaces, this line begins with a tab';
  if (/:\s*\{\{/.test(line)) return 'quote a value that begins with {{, like "{{params.port}}"';
  if (/: .*: /.test(line)) return 'quote a text that holds a colon and a space';
  return undefined;
}
