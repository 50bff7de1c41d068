import type { Provider } from '../../../../src/providers/provider.ts';

/** A cloud that can do this and nothing else. */
export function providerThat(can: Partial<Provider>): Provider {
  const cannot = () => Promise.reject(new Error('this cloud cannot do that'));
  return {
    ...{ cloud: 'a cloud for tests', dialing: 'eager', pollMs: 1 },
    ...{
      findImage: cannot,
      prepare: cannot,
      figures: cannot,
      importKey: cannot,
      launch: cannot,
      label: cannot,
    },
    ...{
      describe: cannot,
      machineStates: cannot,
      discover: cannot,
      start: cannot,
      terminate: cannot,
    },
    ...{ consoleOutput: cannot, sweep: cannot, owned: cannot, account: async () => null },
    ...{ protectedAmong: async () => [], unprotect: cannot, ailments: async () => new Map() },
    calls: () => new Map(),
    openNetwork: async () => ({ groupIds: [], subnets: [] }),
    ...can,
  };
}
