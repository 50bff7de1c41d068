import { expect, test } from 'vitest';
import { factsFrom } from '../../../src/node/facts.ts';

test('facts are read out of what /proc and /etc/os-release say', () => {
  const texts = {
    'os-id': 'debian',
    'os-version': '12',
    'os-name': 'Debian GNU/Linux 12 (bookworm)',
    kernel: '6.1.0-18-amd64',
    hostname: 'zookeeper-default-1',
    'boot-id': 'b',
    uptime: '12.34 5.67',
    memory: 'MemTotal:        2014356 kB',
    'cpu-list': '0-3,6,8-9',
    architecture: 'x86_64',
    'disk-free': '262144 4096',
    'clock-ms': '1700000000123',
    systemd: 'yes',
  };
  expect(factsFrom(new Map(Object.entries(texts)))).toEqual({
    os: { id: 'debian', version: '12', name: 'Debian GNU/Linux 12 (bookworm)' },
    kernel: '6.1.0-18-amd64',
    architecture: 'x86_64',
    hostname: 'zookeeper-default-1',
    memoryMib: 1967,
    cpus: 7,
    bootId: 'b',
    uptimeSeconds: 12.34,
    systemd: true,
    diskFreeMib: 1024,
    clockMs: 1_700_000_000_123,
  });
});
