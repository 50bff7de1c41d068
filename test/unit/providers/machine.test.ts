import type { Instance } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { toMachine } from '../../../src/providers/ec2/machine.ts';

const instance: Instance = {
  InstanceId: 'i-1',
  AmiLaunchIndex: 2,
  State: { Name: 'running' },
  PrivateIpAddress: '10.0.0.5',
  InstanceType: 't3.medium',
  Placement: { AvailabilityZone: 'local-1a' },
  Tags: [
    { Key: 'deployer:ordinals', Value: '1-2,7' },
    { Key: 'deployer:incarnation', Value: '1' },
  ],
};

test("a machine's ordinal is the entry of the launch's list at its launch index", () => {
  expect(toMachine(instance)).toMatchObject({
    id: 'i-1',
    ordinal: 7,
    incarnation: 1,
    state: 'running',
  });
});

test('a machine is labelled once it bears its own ordinal', () => {
  expect(toMachine(instance)?.isLabelled).toBe(false);
  const Tags = [...(instance.Tags ?? []), { Key: 'deployer:ordinal', Value: '7' }];
  expect(toMachine({ ...instance, Tags })?.isLabelled).toBe(true);
});

test('an address that the cloud has not given yet is absent, not empty', () => {
  expect(toMachine({ ...instance, PrivateIpAddress: '' })).not.toHaveProperty('address');
});

test.each([
  ['without tags', { ...instance, Tags: [] }],
  ['beyond the list', { ...instance, AmiLaunchIndex: 3 }],
  ['in an unknown state', { ...instance, State: {} }],
])('an instance %s is no node of a cluster', (_, given) => {
  expect(toMachine(given)).toBeNull();
});
