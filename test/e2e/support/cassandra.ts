import { setTimeout as pause } from 'node:timers/promises';
import { auth, Client, policies, types } from 'cassandra-driver';

const port = 9042;
const everyMs = 50;

/** How many of the replicas must take part. */
export const { consistencies } = types;

/** A client that knows of all these nodes, or of one: then it asks that one and no other. */
async function connectTo(addresses: readonly string[]): Promise<Client> {
  const hosts = addresses.map((address) => `${address}:${port}`);
  const { AllowListPolicy, RoundRobinPolicy } = policies.loadBalancing;
  const client = new Client({
    contactPoints: hosts,
    localDataCenter: 'dc1',
    authProvider: new auth.PlainTextAuthProvider('nobody', 'asked'),
    policies: { loadBalancing: new AllowListPolicy(new RoundRobinPolicy(), hosts) },
    queryOptions: { isIdempotent: true, consistency: consistencies.quorum },
  });
  await client.connect();
  return client;
}

/** What a client at one of the nodes, or at all of them, finds out. */
export async function withClient<T>(
  addresses: readonly string[],
  work: (client: Client) => Promise<T>,
): Promise<T> {
  const client = await connectTo(addresses);
  try {
    return await work(client);
  } finally {
    await client.shutdown();
  }
}

/** Makes the table `test.numbers` with three replicas of each row, where there is none yet. */
export async function makeTable(client: Client): Promise<void> {
  await client.execute(
    "CREATE KEYSPACE IF NOT EXISTS test WITH replication = {'class': 'NetworkTopologyStrategy', 'dc1': 3}",
  );
  await client.execute('CREATE TABLE IF NOT EXISTS test.numbers (id int PRIMARY KEY, value text)');
}

/** Writes a row with QUORUM. */
export async function writeRow(client: Client, id: number): Promise<void> {
  const insert = 'INSERT INTO test.numbers (id, value) VALUES (?, ?)';
  await client.execute(insert, [id, textOf(id)], { prepare: true });
}

/** Which of the rows from 1 to `count` are not there as they were written, asked at the consistency level. */
export async function lostRows(
  client: Client,
  count: number,
  consistency = consistencies.quorum,
): Promise<readonly number[]> {
  const found = new Map<unknown, unknown>();
  const options = { prepare: true, fetchSize: 1_000, consistency };
  const rows = await client.execute('SELECT id, value FROM test.numbers', [], options);
  for await (const row of rows) found.set(row.get('id'), row.get('value'));
  const ids = Array.from({ length: count }, (_, index) => index + 1);
  return ids.filter((id) => found.get(id) !== textOf(id));
}

function textOf(id: number): string {
  return `value of ${id}`;
}

/** What a client saw that wrote from the start to the end. */
export interface Writing {
  /** The highest id; all from 1 on were acknowledged. */
  readonly count: number;
  /** Why writes failed for good, after the driver's own retries; one that failed is not repeated. */
  readonly failures: readonly string[];
}

/** Starts to write numbered rows with QUORUM, one after the other, through a client that knows all nodes. */
export async function startWriter(addresses: readonly string[], from = 1) {
  const client = await connectTo(addresses);
  await makeTable(client);
  const failures: string[] = [];
  let isOver = false;
  let next = from;
  const writing = (async () => {
    while (!isOver) {
      try {
        await writeRow(client, next);
        next += 1;
      } catch (error) {
        failures.push(String(error));
      }
      await pause(everyMs);
    }
  })();
  return {
    stop: async (): Promise<Writing> => {
      isOver = true;
      await writing;
      await client.shutdown();
      return { count: next - 1, failures };
    },
  };
}
