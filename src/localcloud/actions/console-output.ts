import { misdeedOf } from '../misdeeds.ts';
import { required } from '../query.ts';
import { type Action, isoTime, look } from './action.ts';
import { findByIds } from './find.ts';

const headBytes = 16 * 1024;
const tailBytes = 48 * 1024;

/** What a machine wrote to its console: at most 64 KiB, of which the first quarter is the beginning of its first boot. */
export const getConsoleOutput: Action = async (context) => {
  const { machines, params, nowMs, misdeeds } = context;
  const { instances } = await look(context);
  const [instance] = findByIds(instances, [required(params, 'InstanceId')], 'instance');
  if (instance === undefined) return {};
  const isSilent = misdeedOf(misdeeds, 'no-console') !== undefined;
  const isPlain = misdeedOf(misdeeds, 'plain-console') !== undefined;
  const output = isSilent ? Buffer.alloc(0) : shorten(await machines.console(instance));
  return {
    instanceId: instance.id,
    timestamp: isoTime(nowMs),
    output: output.length === 0 ? undefined : output.toString(isPlain ? 'utf8' : 'base64'),
  };
};

function shorten(console: Buffer): Buffer {
  if (console.length <= headBytes + tailBytes) return console;
  return Buffer.concat([
    console.subarray(0, headBytes),
    Buffer.from('\r\n[…]\r\n'),
    console.subarray(-tailBytes),
  ]);
}
