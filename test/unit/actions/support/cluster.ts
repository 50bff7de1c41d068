import { join } from 'node:path';
import { type Cluster, readCluster } from '../../../../src/actions/open-cluster.ts';
import type { Provider } from '../../../../src/providers/provider.ts';
import { openBastions } from '../../../../src/remote/bastions.ts';
import { providerThat } from './provider.ts';
import { virtualClock } from './virtual-clock.ts';

const installation = join(import.meta.dirname, '../../../..');

/** What a cluster of a test is, besides its recipe and size. */
export interface ClusterOptions {
  readonly parameters?: Readonly<Record<string, string>>;
  /** What its cloud can do. */
  readonly can?: Partial<Provider>;
}

/** A cluster of a shipped recipe as the command line wishes for it; its state would be in the folder `cwd`. */
export async function clusterIn(
  cwd: string,
  recipe: string,
  count: number,
  { parameters = {}, can = {} }: ClusterOptions = {},
): Promise<Cluster> {
  const request = { recipe, count, parameters, profile: undefined, name: undefined };
  const files = { state: join(cwd, 'state'), config: undefined };
  const signal = new AbortController().signal;
  const context = { clock: virtualClock(), signal, env: {}, cwd, installation, emit: () => {} };
  const known = await readCluster({ ...request, ...files }, context);
  return {
    ...known,
    ...{
      name: known.request.clusterName,
      connections: [],
      hosts: null,
      bastions: openBastions(context),
      login: { username: 'root' },
      provider: providerThat(can),
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
