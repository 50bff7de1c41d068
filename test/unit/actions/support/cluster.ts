import { writeFile } from 'node:fs/promises';
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
  /** Text of the config.yml; the shipped one when left out. */
  readonly config?: string;
}

/** A cluster of a shipped recipe as the command line wishes for it; its state would be in the folder `cwd`. */
export async function clusterIn(
  cwd: string,
  recipe: string,
  count: number,
  { parameters = {}, can = {}, config }: ClusterOptions = {},
): Promise<Cluster> {
  const request = { recipe, count, parameters, profile: undefined, name: undefined };
  const file = join(cwd, 'config.yml');
  if (config !== undefined) await writeFile(file, config);
  const files = { state: join(cwd, 'state'), config: config === undefined ? undefined : file };
  const signal = new AbortController().signal;
  const context = { clock: virtualClock(), signal, env: {}, cwd, installation, emit: () => {} };
  const known = await readCluster({ ...request, ...files }, context);
  return {
    ...known,
    ...{
      name: known.request.clusterName,
      connections: [],
      hosts: null,
      hops: [],
      bastions: openBastions(context),
      told: new Set(),
      account: null,
      login: { username: 'root' },
      provider: providerThat(can),
    },
    [Symbol.asyncDispose]: async () => {},
  };
}
