import { describe, expect, test } from 'vitest';
import { fileChange, pathsToShow, wishedFile } from '../../../src/plan/file-change.ts';

const plain = { path: '/etc/a', mode: '0644', content: 'new\n', secret: false };
const none: ReadonlyMap<string, string> = new Map();
const texts = (text: string) => new Map([['/etc/a', text]]);

describe('a file that differs', () => {
  test('is shown as a diff from what is on the node', () => {
    const { diff, detail } = fileChange(plain, 'content differs', texts('old\n'));
    expect(diff).toContain('-old\n+new\n');
    expect(detail).toBe('content differs');
  });

  test.each(['', 'not there'])('is shown whole when it is new (%j)', (detail) => {
    expect(fileChange(plain, detail, none).diff).toContain('--- /dev/null\n');
  });

  test('has no diff where only its mode or owner differ', () => {
    const detail = 'mode 0600 -> 0644';
    expect(fileChange(plain, detail, texts('new\n'))).toEqual({
      ...{ path: '/etc/a', diff: null, detail },
    });
  });

  test('has no diff where the node gave no text: it is binary or long', () => {
    expect(fileChange(plain, 'content differs', none).diff).toBeNull();
  });

  test.each(['', 'not there', 'content differs'])('never shows a secret (%j)', (detail) => {
    const change = fileChange({ ...plain, secret: true }, detail, texts('old\n'));
    expect(change.diff).toBeNull();
    expect(change.detail).toMatch(/^(new|changed) \(secret\)/);
  });
});

test('files and units are files on the node, other steps are none', () => {
  const unit = { unit: { name: 'web', content: '[Service]\n' } };
  expect(wishedFile(unit)?.path).toBe('/etc/systemd/system/web.service');
  expect(wishedFile({ file: { path: '/k', content: '', secret: true } })).toMatchObject({
    mode: '0600',
    secret: true,
  });
  expect(wishedFile({ package: ['tree'] })).toBeNull();
});

test('a node is never asked for the text of a secret file', () => {
  const steps = [
    { file: { path: '/etc/a', content: '' } },
    { file: { path: '/etc/b', content: '', secret: true } },
    { package: ['tree'] },
  ];
  expect(pathsToShow(steps)).toEqual(['/etc/a']);
});
