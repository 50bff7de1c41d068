import { z } from 'zod';
import { defineStepKind } from '../step-kind.ts';

const KeySchema = z
  .string()
  .regex(/^[a-z0-9_]+([./][A-Za-z0-9_-]+)+$/, 'must be a kernel setting like "vm.max_map_count"');
const ValueSchema = z.union([
  z.number().int(),
  z.string().regex(/^[!-~]+( [!-~]+)*$/, 'must be one line of words with one blank between them'),
]);

/** Kernel settings that hold now and after a reboot. Where only the host may change them the answer is `host-owned`. */
export const sysctlStep = defineStepKind(z.record(KeySchema, ValueSchema), (settings) => ({
  call: [
    'sysctl',
    ...Object.entries(settings).flatMap(([key, value]) => [key, procPath(key), String(value)]),
  ],
}));

/** As sysctl(8) has it: the first separator used is the separator, so `net/ipv4/conf/eth0.1/…` names `eth0.1`. */
function procPath(key: string): string {
  const dotted = /^[a-z0-9_]+\./.test(key);
  return `/proc/sys/${dotted ? key.replaceAll('.', '/') : key}`;
}
