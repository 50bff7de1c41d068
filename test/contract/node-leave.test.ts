import { expect, test } from 'vitest';
import { systemClock } from '../../src/clock.ts';
import { claimHost } from '../../src/node/claim.ts';
import { leaveHost } from '../../src/node/leave.ts';
import type { Step } from '../../src/node/step-kinds.ts';
import { connect } from '../../src/remote/connect.ts';
import { canHaveMachines } from '../support/images.ts';
import { put } from '../unit/node/fixtures.ts';
import { launchMachine } from './support/machine.ts';
import { deps } from './support/sshd.ts';

const unitText = (argument: string) =>
  `[Service]\nExecStart=/bin/sleep ${argument}\n[Install]\nWantedBy=multi-user.target\n`;
const steps = ['theirs', 'ours'].flatMap((name): Step[] => [
  { unit: { name, content: `${unitText('1000')}[Service]\nStateDirectory=${name}\n` } },
  { service: { name, inputs: 'a' } },
]);

test.skipIf(!canHaveMachines)(
  'a machine has its own units and state again once it is left',
  async () => {
    const machine = await launchMachine();
    try {
      const remote = await connect(machine.target(), deps);
      const sh = async (command: string) => (await remote.exec(command)).stdout.toString();
      const options = { clock: systemClock };
      const unit = '/etc/systemd/system/theirs.service';
      await sh(`printf '${unitText('2000')}' >${unit}; systemctl enable theirs`);
      await sh('mkdir /var/lib/theirs; touch /var/lib/theirs/precious');
      const claim = { ...({ version: 1, uid: 'u1', cluster: 'demo', ordinal: 1 } as const) };
      await claimHost(remote, { ...claim, incarnation: 1, token: 't', at: 1 }, options);
      await put(remote, ...steps);
      await sh('touch /var/lib/ours/data');

      expect(await leaveHost(remote, { uid: 'u1', purgeData: true }, options)).toEqual({
        removed: ['/etc/systemd/system/ours.service', '/var/lib/ours'],
        restored: [unit],
        kept: ['/var/lib/theirs'],
      });
      expect(await sh(`cat ${unit}`)).toBe(unitText('2000'));
      const states = await sh('systemctl is-enabled theirs; systemctl is-active theirs ours');
      expect(states).toBe('enabled\ninactive\ninactive\n');
      expect(await sh('ls /var/lib/theirs; ls -d /var/lib/ours /var/lib/deployer')).toBe(
        'precious\n',
      );
      await remote.close();
    } finally {
      await machine.remove();
    }
  },
);
