import { describe, expect, it } from 'vitest';
import { ProbeSchema } from '../../../src/probes/probe.ts';

describe('a probe, as it is written', () => {
  it.each([
    [{ dns: { name: 'a.b' } }, { dns: { name: 'a.b', port: 53, type: 'A' } }],
    [{ cql: { query: 'SELECT' } }, { cql: { query: 'SELECT', port: 9042 } }],
    [
      { cql: { query: ['A', 'B'], consistency: 'local_quorum', host: 'node-2', port: 1 } },
      { cql: { query: ['A', 'B'], consistency: 'local_quorum', host: 'node-2', port: 1 } },
    ],
  ])('may be %j', (written, read) => {
    expect(ProbeSchema.parse(written)).toEqual(read);
    expect(ProbeSchema.parse(read)).toEqual(read);
  });

  it.each([
    {},
    { dns: { name: 'a b' } },
    { dns: { name: 'a', type: 'MX' } },
    { dns: { name: 'a', port: 0 } },
    { cql: {} },
    { cql: { query: [] } },
    { cql: { query: 'SELECT', consistency: 'QUORUM' } },
    { cql: { query: 'SELECT', username: 'ann' } },
    { cql: { query: 'SELECT', password: 'secret' } },
    { dns: { name: 'a' }, cql: { query: 'SELECT' } },
  ])('may not be %j', (written) => {
    expect(ProbeSchema.safeParse(written).success).toBe(false);
  });
});
