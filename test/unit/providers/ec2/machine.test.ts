import type { Instance } from '@aws-sdk/client-ec2';
import { expect, test } from 'vitest';
import { toMachine } from '../../../../src/providers/ec2/machine.ts';

const placed = [
  { Key: 'deployer:ordinals', Value: '1-2,7' },
  { Key: 'deployer:incarnation', Value: '1' },
];
const instance: Instance = {
  InstanceId: 'i-1',
  AmiLaunchIndex: 2,
  State: { Name: 'running' },
  PrivateIpAddress: '10.0.0.5',
  InstanceType: 't3.medium',
  Placement: { AvailabilityZone: 'local-1a' },
  Tags: placed,
};

test("a machine's ordinal is the entry of the launch's list at its launch index", () => {
  expect(toMachine(instance)).toMatchObject({
    id: 'i-1',
    ordinal: 7,
    incarnation: 1,
    state: 'running',
  });
});

test('a list that goes on in further tags is read as one', () => {
  const Tags = [...placed, { Key: 'deployer:ordinals:2', Value: '9,11' }];
  expect(toMachine({ ...instance, AmiLaunchIndex: 4, Tags })?.ordinal).toBe(11);
});

test('a machine whose list was taken off is known by its own ordinal (B10)', () => {
  const Tags = [...placed.slice(1), { Key: 'deployer:ordinal', Value: '7' }];
  expect(toMachine({ ...instance, Tags })?.ordinal).toBe(7);
});

test('a machine that ended says why (B7)', () => {
  const StateReason = { Code: 'Server.InternalError', Message: 'Server.InternalError: no disk' };
  const ended: Instance = { ...instance, State: { Name: 'terminated' }, StateReason };
  expect(toMachine(ended)).toMatchObject({
    state: 'terminated',
    stateReason: 'Server.InternalError: no disk',
  });
});

test('a machine is labelled once it bears its own ordinal', () => {
  expect(toMachine(instance)?.isLabelled).toBe(false);
  const Tags = [...placed, { Key: 'deployer:ordinal', Value: '7' }];
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
