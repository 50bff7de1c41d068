import type { Instance } from '../../../src/localcloud/record.ts';

/** An instance of the record, for tests, with what matters to them given. */
export function instance(given: Partial<Instance>): Instance {
  return {
    id: 'i-00000000000000001',
    account: 'AKTEST',
    reservation: 'r-1',
    launchIndex: 0,
    image: 'ami-1',
    type: 't3.micro',
    zone: 'local-1a',
    groups: [],
    publicKeys: [],
    address: '10.64.0.2',
    want: 'running',
    boot: 1,
    launchedAtMs: 0,
    wantedAtMs: 0,
    requestHash: '',
    tags: [],
    ...given,
  };
}
