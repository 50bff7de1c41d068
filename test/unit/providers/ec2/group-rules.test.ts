import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  permissionOf,
  ruleChanges,
  rulesOf,
  wishedRules,
} from '../../../../src/providers/ec2/group-rules.ts';

const wish = {
  groupIds: [],
  subnetIds: [],
  sshFrom: ['198.51.100.7/32'],
  clientsFrom: ['10.0.0.0/8', '192.168.0.0/16'],
  clientPorts: [
    { port: 2181, protocol: 'tcp' },
    { port: 53, protocol: 'udp' },
  ],
} as const;

test('everything among the machines, SSH and client ports from where they are wished', () => {
  expect(wishedRules(wish, 'sg-1')).toEqual([
    { protocol: '-1', ports: null, source: 'sg-1', isOurs: true },
    { protocol: 'tcp', ports: [22, 22], source: '198.51.100.7/32', isOurs: true },
    { protocol: 'tcp', ports: [2181, 2181], source: '10.0.0.0/8', isOurs: true },
    { protocol: 'tcp', ports: [2181, 2181], source: '192.168.0.0/16', isOurs: true },
    { protocol: 'udp', ports: [53, 53], source: '10.0.0.0/8', isOurs: true },
    { protocol: 'udp', ports: [53, 53], source: '192.168.0.0/16', isOurs: true },
  ]);
});

test('a network is written as clouds write it, and only once', () => {
  const sshFrom = ['10.1.2.3/8', '10.0.0.0/8', '2001:DB8:0:0::1/64', '0.0.0.0/0'];
  const sources = wishedRules({ ...wish, sshFrom, clientPorts: [] }, 'sg-1').map(
    ({ source }) => source,
  );
  expect(sources).toEqual(['sg-1', '10.0.0.0/8', '2001:db8::1/64', '0.0.0.0/0']);
});

test('what a group was given is read back, so that nothing is left to change', () => {
  const byte = fc.integer({ min: 0, max: 255 });
  const network = fc
    .tuple(byte, byte, byte, byte, fc.integer({ min: 0, max: 32 }))
    .map(([a, b, c, d, length]) => `${a}.${b}.${c}.${d}/${length}`);
  const networks = fc.array(network, { maxLength: 5 });
  const clientPort = fc.record({
    port: fc.integer({ min: 1, max: 65_535 }),
    protocol: fc.constantFrom('tcp' as const, 'udp' as const),
  });
  fc.assert(
    fc.property(networks, networks, fc.array(clientPort), (...given) => {
      const [sshFrom, clientsFrom, clientPorts] = given;
      const wished = wishedRules({ ...wish, sshFrom, clientsFrom, clientPorts }, 'sg-1');
      const present = rulesOf({ IpPermissions: wished.map(permissionOf) });
      expect(ruleChanges(wished, present)).toEqual({ missing: [], surplus: [] });
      expect(ruleChanges([], present).surplus).toHaveLength(wished.length);
    }),
  );
});

test('rules without our mark are left alone, unless the cloud keeps no marks at all', () => {
  const theirs = {
    IpProtocol: 'tcp',
    FromPort: 80,
    ToPort: 80,
    IpRanges: [{ CidrIp: '0.0.0.0/0' }],
  };
  const ours = permissionOf({
    protocol: 'tcp',
    ports: [22, 22],
    source: '10.0.0.0/8',
    isOurs: true,
  });
  const marked = rulesOf({ IpPermissions: [theirs, ours] });
  expect(ruleChanges([], marked).surplus.map(({ source }) => source)).toEqual(['10.0.0.0/8']);
  expect(ruleChanges([], rulesOf({ IpPermissions: [theirs] })).surplus).toHaveLength(1);
});
