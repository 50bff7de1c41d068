import type { types } from 'cassandra-driver';

/** The driver, as `import('cassandra-driver')` gives it; it is loaded by whoever asks something, no sooner. */
export type Driver = typeof import('cassandra-driver');

/** A connected client. */
export type CqlClient = InstanceType<Driver['Client']>;

/** Who asks, where the server wants to know. */
export interface Credentials {
  readonly username?: string | undefined;
  readonly password?: string | undefined;
}

/**
 * A client for the one server at `endpoint` (`address:port`), not connected yet. It dials once, and neither the other
 * nodes that the server knows, nor again when the connection ends; no statement is tried twice. It keeps no timers of
 * its own: how long something may take is for the caller to say.
 *
 * The version of the protocol is 4, which Cassandra speaks since 2.2: to settle on one costs a connection for each.
 */
export function createCqlClient(
  { Client, policies, types: { distance, protocolVersion } }: Driver,
  endpoint: string,
  { username, password }: Credentials,
): CqlClient {
  const { AllowListPolicy, RoundRobinPolicy } = policies.loadBalancing;
  return new Client({
    contactPoints: [endpoint],
    ...(username !== undefined &&
      password !== undefined && { credentials: { username, password } }),
    policies: {
      loadBalancing: new AllowListPolicy(new RoundRobinPolicy(), [endpoint]),
      retry: new policies.retry.FallthroughRetryPolicy(),
    },
    pooling: {
      coreConnectionsPerHost: { [distance.local]: 1, [distance.remote]: 0, [distance.ignored]: 0 },
      heartBeatInterval: 0,
    },
    protocolOptions: { maxVersion: protocolVersion.v4, maxSchemaAgreementWaitSeconds: 0 },
    socketOptions: { readTimeout: 0 },
    isMetadataSyncEnabled: false,
  });
}

/** Whether the nodes that this one knows have the same tables as it has, as far as it knows. */
export async function hasSchemaAgreement(client: CqlClient): Promise<boolean> {
  const results = await Promise.all(
    ['local', 'peers'].map((table) => client.execute(`SELECT schema_version FROM system.${table}`)),
  );
  const versions = results.flatMap(({ rows }) => rows.map(schemaVersionOf));
  return new Set(versions.filter((version) => version !== 'null')).size <= 1;
}

function schemaVersionOf(row: types.Row): string {
  return String(row.get('schema_version'));
}
