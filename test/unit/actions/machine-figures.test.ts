import { expect, test } from 'vitest';
import { machineFigures } from '../../../src/actions/machine-figures.ts';
import { temporaryFolders } from '../../support/temporary-folder.ts';
import { clusterIn } from './support/cluster.ts';

const newFolder = temporaryFolders();

function figuresOf(size: string, told: Record<string, { memoryMib: number; cpus: number }>) {
  const config = `
profiles:
  default: {credentials: own, image: ami-1, instanceType: [m1.small, m1.large]${size}}
credentials:
  own: {endpoint: "http://192.0.2.1"}
`;
  const can = { figures: async () => new Map(Object.entries(told)) };
  return clusterIn(newFolder(), 'zookeeper', 3, { can, config }).then(machineFigures);
}

const small = { memoryMib: 1024, cpus: 1 };

test('machines are as big as the cloud says, and as the profile says where it does not tell', async () => {
  const size = ', size: {memoryMib: 8192, cpus: 4}';
  expect([...(await figuresOf(size, { 'm1.small': small }))]).toEqual([
    ['m1.small', small],
    ['m1.large', { memoryMib: 8192, cpus: 4 }],
  ]);
});

test('a size that nobody tells is asked for, with what to write', async () => {
  await expect(figuresOf('', { 'm1.small': small })).rejects.toMatchObject({
    code: 'unknown-size',
    message: 'this cloud does not tell how big m1.large is',
    hint: expect.stringContaining('size: {memoryMib: 4096, cpus: 2}'),
  });
});
