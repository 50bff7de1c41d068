/** What an action answers: a list becomes `<item>` elements, `undefined` leaves the element out. */
export type XmlValue =
  | string
  | number
  | boolean
  | undefined
  | readonly XmlValue[]
  | { readonly [name: string]: XmlValue };

/** The element `name` with `value` in it. */
export function renderXml(name: string, value: XmlValue): string {
  if (value === undefined) return '';
  const content = renderContent(value);
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`;
}

function renderContent(value: Exclude<XmlValue, undefined>): string {
  if (isList(value)) return value.map((item) => renderXml('item', item)).join('');
  if (typeof value === 'object') {
    return Object.entries(value)
      .map(([name, child]) => renderXml(name, child))
      .join('');
  }
  return escapeXml(String(value));
}

function isList(value: XmlValue): value is readonly XmlValue[] {
  return Array.isArray(value);
}

const entities = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ['\r', '&#13;'],
]);

/** The text as XML may hold it; characters that XML 1.0 cannot express are dropped. */
export function escapeXml(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
    .replace(/[&<>"\r]/g, (character) => entities.get(character) ?? character);
}
