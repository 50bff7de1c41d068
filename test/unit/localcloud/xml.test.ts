import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { escapeXml, renderXml } from '../../../src/localcloud/xml.ts';

describe('renderXml', () => {
  test('writes lists as items and empty ones as an empty element', () => {
    expect(renderXml('set', [{ id: 'a', n: 1 }, 'b'])).toBe(
      '<set><item><id>a</id><n>1</n></item><item>b</item></set>',
    );
    expect(renderXml('set', [])).toBe('<set/>');
  });

  test('leaves out what is undefined', () => {
    expect(renderXml('a', { b: undefined, c: true })).toBe('<a><c>true</c></a>');
  });
});

describe('escapeXml', () => {
  test('drops what XML cannot hold and keeps a carriage return', () => {
    expect(escapeXml('a\u0000\u001b\uD800b\r\n<&>"')).toBe('ab&#13;\n&lt;&amp;&gt;&quot;');
  });

  test('never lets markup through', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => !/[<>\r\0]/.test(escapeXml(text))),
    );
  });
});
