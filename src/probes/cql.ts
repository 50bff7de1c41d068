import { z } from 'zod';
import { orAbort } from '../remote/deadline.ts';
import { createCappedText, firstLine } from './capped-text.ts';
import { ConsistencySchema, driverConsistencies } from './cql/consistency.ts';
import { describeCqlError } from './cql/describe-error.ts';
import { createFrameGuard } from './cql/frame-guard.ts';
import { type LentPort, lendPort } from './cql/lend-port.ts';
import { rowText } from './cql/row-text.ts';
import { type CqlClient, createCqlClient, type Driver, hasSchemaAgreement } from './cql/session.ts';
import { openChannel } from './open-channel.ts';
import { portSettings } from './port.ts';
import { type Attempt, defineProbeKind, type ProbeAnswer } from './probe-kind.ts';

/** How long nodes may take to agree on their tables. One that is down never does; what needs it fails by itself. */
const mostAgreementMs = 2_000;
const agreementPollMs = 50;

const mostRows = 1_000;

const statement = z.string().min(1);

const schema = z
  .strictObject({
    port: portSettings.port.default(9042).describe('port to connect to; 9042 when left out'),
    host: portSettings.host,
    query: z
      .union([statement, z.array(statement).min(1)], 'expected a statement or a list of them')
      .describe('a statement of CQL, or several that run in this order; the last one answers'),
    consistency: ConsistencySchema.optional().describe(
      'how many replicas must take part, like quorum; local_one when left out',
    ),
    keyspace: statement.optional().describe('keyspace of tables that are named without one'),
    username: statement.optional().describe('who asks, where the server wants to know'),
    password: z.string().optional().describe('password of that user'),
  })
  .refine(({ username, password }) => (username === undefined) === (password === undefined), {
    path: ['username'],
    message: 'username and password go together',
  });

type Settings = z.infer<typeof schema>;

/**
 * Has a node of Cassandra, or of what speaks its protocol, run a statement, and asks no other node in its stead. The
 * answer's text is one row a line with tabs between the values (see {@link rowText}), of at most the first 1000 rows;
 * a statement that gives no rows gives an empty text. Before each statement but the first the nodes get some time to
 * agree on their tables, so that one may create what the next one fills.
 */
export const cql = defineProbeKind({
  schema,
  ask: async (settings, attempt) => {
    const channel = await openChannel(attempt, settings);
    await using port = await lendPort(channel, createFrameGuard());
    const { default: driver } = await import('cassandra-driver');
    const client = createCqlClient(driver, port.endpoint, settings);
    try {
      await connect(client, port, attempt);
      try {
        const running = runStatements(client, driver, settings, attempt);
        return await orEnd(running, port, attempt);
      } finally {
        await leave(client, port);
      }
    } catch (error) {
      attempt.signal.throwIfAborted();
      return { ok: false, text: '', detail: describeCqlError(error, driver) };
    }
  },
});

/** Connects the client, which is shut down if it comes through only after the attempt's time is over. */
async function connect(client: CqlClient, port: LentPort, attempt: Attempt): Promise<void> {
  const connecting = client.connect();
  try {
    await orEnd(connecting, port, attempt);
  } catch (error) {
    // The driver does not notice every end of a connection that is being set up, so this may never come about.
    connecting.then(
      () => client.shutdown(),
      () => {},
    );
    throw error;
  }
}

/** Shuts the client down before it can see its connection end, which would make it dial again. */
async function leave(client: CqlClient, port: LentPort): Promise<void> {
  const left = client.shutdown();
  await port[Symbol.asyncDispose]();
  await left;
}

/** The promise's outcome, unless the connection or the attempt's time ends first; the promise itself goes on. */
function orEnd<T>(promise: Promise<T>, { ended }: LentPort, { signal }: Attempt): Promise<T> {
  return orAbort(Promise.race([promise, ended]), signal);
}

async function runStatements(
  client: CqlClient,
  driver: Driver,
  { query, consistency, keyspace }: Settings,
  attempt: Attempt,
): Promise<ProbeAnswer> {
  if (keyspace !== undefined) await client.execute(`USE "${keyspace.replaceAll('"', '""')}"`);
  const [first = '', ...rest] = typeof query === 'string' ? [query] : query;
  const level = consistency && driver.types.consistencies[driverConsistencies[consistency]];
  const options = { fetchSize: mostRows, ...(level !== undefined && { consistency: level }) };
  let result = await client.execute(first, [], options);
  for (const next of rest) {
    await awaitAgreement(client, attempt);
    result = await client.execute(next, [], options);
  }
  // The driver's types do not say that a statement may give no rows at all.
  const rows: typeof result.rows | undefined = result.rows;
  if (rows === undefined) return { ok: true, text: '', detail: 'done' };
  const answer = createCappedText();
  answer.add(Buffer.from(rows.map((row) => rowText(result, row)).join('\n')));
  return { ok: true, text: answer.text, detail: firstLine(answer.text) || 'no rows' };
}

async function awaitAgreement(client: CqlClient, { clock, signal }: Attempt): Promise<void> {
  const until = clock.monotonicMs() + mostAgreementMs;
  while (!(await hasSchemaAgreement(client)) && clock.monotonicMs() < until) {
    await clock.sleep(agreementPollMs, signal);
  }
}
