import { EVENT_ID, type Event, getScalarValue, SCALAR_STYLE, type ScalarEvent } from 'js-yaml';

/** Where one value of a document stands, as offsets into its text; `children` are keyed by map key or list index. */
export interface PositionNode {
  /** Offset of the value; of its key where YAML leaves the value out (`key:`). */
  readonly offset: number;
  /** Offset behind the last character of a scalar; equal to `offset` for lists and maps. */
  readonly end: number;
  /** Offset of the key that the value stands under; undefined in lists and at the top. */
  readonly keyOffset: number | undefined;
  /** The decoded text of a scalar. */
  readonly text: string | undefined;
  readonly children: ReadonlyMap<string, PositionNode>;
}

/** The position tree of the first document in `events`. */
export function positionsOf(events: readonly Event[], source: string): PositionNode {
  let next = 1;
  const readNode = (keyOffset: number | undefined, otherwise: number): PositionNode => {
    const event = events[next++];
    if (event?.type === EVENT_ID.SCALAR) return scalarNode(event, source, keyOffset, otherwise);
    const offset = event !== undefined && 'start' in event ? event.start : otherwise;
    const children = new Map<string, PositionNode>();
    while (events[next] !== undefined && events[next]?.type !== EVENT_ID.POP) {
      if (event?.type === EVENT_ID.MAPPING) {
        const key = readNode(undefined, offset);
        children.set(key.text ?? '', readNode(key.offset, key.offset));
      } else {
        children.set(String(children.size), readNode(undefined, offset));
      }
    }
    next++;
    return { offset, end: offset, keyOffset, text: undefined, children };
  };
  return readNode(undefined, 0);
}

function scalarNode(
  event: ScalarEvent,
  source: string,
  keyOffset: number | undefined,
  otherwise: number,
): PositionNode {
  const left = event.valueStart < 0;
  const quoted =
    event.style === SCALAR_STYLE.SINGLE_QUOTED || event.style === SCALAR_STYLE.DOUBLE_QUOTED;
  return {
    offset: left ? otherwise : event.valueStart - (quoted ? 1 : 0),
    end: left ? otherwise : event.valueEnd,
    keyOffset,
    text: left ? '' : getScalarValue(source, event),
    children: new Map(),
  };
}

/** The node at `path`; when there is none, the deepest one on the way to it and `found: false`. */
export function findNode(
  root: PositionNode,
  path: readonly (string | number)[],
): { readonly node: PositionNode; readonly found: boolean } {
  let node = root;
  for (const step of path) {
    const child = node.children.get(String(step));
    if (child === undefined) return { node, found: false };
    node = child;
  }
  return { node, found: true };
}
