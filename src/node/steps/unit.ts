import { z } from 'zod';
import { bundleFile, defineStepKind } from '../step-kind.ts';
import { TextSchema, UnitNameSchema, unitFileName } from '../values.ts';

/**
 * A systemd unit file in /etc/systemd/system that systemd has read. `enabled` says whether it starts at boot: by
 * default yes for one with an [Install] section. Starting it now is the work of a service step.
 */
export const unitStep = defineStepKind(
  z.strictObject({ name: UnitNameSchema, content: TextSchema, enabled: z.boolean().optional() }),
  ({ name, content, enabled }) => {
    const unit = unitFileName(name);
    const file = bundleFile(content);
    const verb = /^\[Install\]/m.test(content)
      ? enabled === false
        ? 'disable'
        : 'enable'
      : 'keep';
    return {
      call: ['unit', unit, file.hash, verb],
      files: [file],
      asks: { files: [`/etc/systemd/system/${unit}`], units: [unit] },
    };
  },
);
