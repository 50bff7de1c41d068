import { afterEach, expect, test } from 'vitest';
import { decodeConsole } from '../../../../src/providers/ec2/console-output.ts';
import {
  launchRequest,
  noSecrets,
  openPaperEc2,
  type PaperEc2,
} from '../../../support/paper-ec2.ts';

let paper: PaperEc2 | undefined;

afterEach(() => paper?.remove());

test('base64 is unpacked, also where it comes in lines; plain text stays (B19)', () => {
  const text = 'Debian GNU/Linux 12\nlogin: ';
  const packed = Buffer.from(text).toString('base64');
  expect(decodeConsole(packed)).toBe(text);
  expect(decodeConsole(`${packed.slice(0, 20)}\n${packed.slice(20)}\n`)).toBe(text);
  expect(decodeConsole(text)).toBe(text);
  expect(decodeConsole('')).toBe('');
});

test.each([[], ['plain-console']])('a machine’s console is read %s (B19)', async (...misdeeds) => {
  paper = await openPaperEc2();
  const request = launchRequest({ ordinals: [1], keyName: '' });
  const [machine] = await paper.provider.launch(request, noSecrets);
  await paper.misbehave(...misdeeds);
  expect(await paper.provider.consoleOutput(machine?.id ?? '')).toContain('login:');
});

test('a machine that is not visible yet has not written anything (B3)', async () => {
  paper = await openPaperEc2();
  expect(await paper.provider.consoleOutput('i-00000000000000001')).toBe('');
});
