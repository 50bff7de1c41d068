import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { machineDirectory } from '../host.ts';
import { required } from '../query.ts';
import { type Action, isoTime } from './action.ts';
import { findInstances } from './own-instances.ts';

const headBytes = 16 * 1024;
const tailBytes = 48 * 1024;

/** What a machine wrote to its console: at most 64 KiB, of which the first quarter is the beginning of its first boot. */
export const getConsoleOutput: Action = async ({ host, account, params, nowMs }) => {
  const own = (await host.store.read()).instances.filter((each) => each.account === account);
  const [instance] = findInstances(own, [required(params, 'InstanceId')]);
  if (instance === undefined) return {};
  const output = shorten(await readConsole(machineDirectory(host, instance.id)));
  return {
    instanceId: instance.id,
    timestamp: isoTime(nowMs),
    output: output.length === 0 ? undefined : output.toString('base64'),
  };
};

async function readConsole(directory: string): Promise<Buffer> {
  const parts = ['console.head', 'console.tail', 'console.next'].map((name) =>
    readFile(join(directory, name)).catch(() => Buffer.alloc(0)),
  );
  return Buffer.concat(await Promise.all(parts));
}

function shorten(console: Buffer): Buffer {
  if (console.length <= headBytes + tailBytes) return console;
  return Buffer.concat([
    console.subarray(0, headBytes),
    Buffer.from('\r\n[…]\r\n'),
    console.subarray(-tailBytes),
  ]);
}
