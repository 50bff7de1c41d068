import { createServer, type Server, type Socket } from 'node:net';

/** Rows of texts. */
interface CqlRows {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What a server does with a statement. */
export type CqlAnswer =
  | CqlRows
  | { readonly error: number; readonly message: string; readonly rest?: Buffer }
  | 'done'
  | 'silence'
  | 'hang up';

/** A connection to a server, with the statements that came through it, those of the driver itself left out. */
export interface CqlConnection {
  readonly statements: { readonly text: string; readonly consistency: number }[];
}

/** A scripted server of CQL, and who has connected to it. */
export interface CqlServer {
  readonly server: Server;
  readonly connections: readonly CqlConnection[];
}

/** How a scripted server behaves; it answers `done` to everything and lets everybody in unless told otherwise. */
export interface CqlScript {
  readonly answer?: (statement: string) => CqlAnswer;
  /** The other nodes that it knows, by address. */
  readonly peers?: readonly string[];
  /** Versions of the tables, one for each time it is asked whether the nodes agree; the last one stays. */
  readonly schemaVersions?: string[];
  /** `user\0password`, where only that user is let in. */
  readonly login?: string;
  /** What happens to messages of a kind instead of what usually does: STARTUP is 1, OPTIONS is 5. */
  readonly instead?: (kind: number) => 'silence' | 'hang up' | undefined;
}

const [error, startup, ready, authenticate, options, supported] = [0, 1, 2, 3, 5, 6];
const [query, result, register, authResponse, authSuccess] = [7, 8, 11, 15, 16];
const headBytes = 9;

/** What goes back for a message: a frame's kind and body, or how there is none. */
type Reply = readonly [kind: number, body: Buffer] | 'silence' | 'hang up';

/**
 * A server that speaks as much of the native protocol (version 4) as the driver needs to connect and to run simple
 * statements. It stands in for Cassandra: nothing is stored, every value is a text.
 *
 * @see The native protocol of Cassandra, version 4
 */
export function scriptedCqlServer(script: CqlScript = {}): CqlServer {
  const connections: CqlConnection[] = [];
  const server = createServer({ noDelay: true }, (socket) => {
    const connection: CqlConnection = { statements: [] };
    connections.push(connection);
    let read = Buffer.alloc(0);
    socket.on('data', (chunk) => {
      read = Buffer.concat([read, chunk]);
      while (read.length >= headBytes && read.length >= headBytes + read.readUInt32BE(5)) {
        const end = headBytes + read.readUInt32BE(5);
        send(socket, read, replyTo(read.readUInt8(4), read.subarray(headBytes, end)));
        read = read.subarray(end);
      }
    });
    const replyTo = (kind: number, body: Buffer) =>
      script.instead?.(kind) ?? usualReply(kind, body, connection, script);
  });
  return { server, connections };
}

function send(socket: Socket, request: Buffer, reply: Reply): void {
  if (reply === 'silence') return;
  if (reply === 'hang up') {
    socket.end();
    return;
  }
  const [kind, body] = reply;
  const head = Buffer.from([0x84, 0, ...request.subarray(2, 4), kind, 0, 0, 0, 0]);
  head.writeUInt32BE(body.length, 5);
  socket.write(Buffer.concat([head, body]));
}

function usualReply(
  kind: number,
  body: Buffer,
  connection: CqlConnection,
  script: CqlScript,
): Reply {
  if (kind === startup && script.login !== undefined) {
    return [authenticate, string('PasswordAuthenticator')];
  }
  if (kind === authResponse) {
    const isRight = body.subarray(4).toString() === `\0${script.login}`;
    if (isRight) return [authSuccess, int(-1)];
    return [error, Buffer.concat([int(0x0100), string('wrong password')])];
  }
  if (kind === options) return [supported, short(0)];
  if (kind === startup || kind === register) return [ready, Buffer.alloc(0)];
  if (kind !== query) throw new Error(`an unexpected message of kind ${kind}`);
  const end = 4 + body.readUInt32BE(0);
  const text = body.subarray(4, end).toString();
  const own = answerToDriver(text, script);
  if (own !== undefined) return [result, rowsBody(own)];
  connection.statements.push({ text, consistency: body.readUInt16BE(end) });
  return replyWith(script.answer?.(text) ?? 'done');
}

function replyWith(answer: CqlAnswer): Reply {
  if (answer === 'silence' || answer === 'hang up') return answer;
  if (answer === 'done') return [result, int(1)];
  if ('rows' in answer) return [result, rowsBody(answer)];
  const rest = answer.rest ?? Buffer.alloc(0);
  return [error, Buffer.concat([int(answer.error), string(answer.message), rest])];
}

/** What the driver asks of every server; undefined when it is not the driver that asks. */
function answerToDriver(
  text: string,
  { peers = [], schemaVersions = ['1'] }: CqlScript,
): CqlRows | undefined {
  if (text === "SELECT * FROM system.local WHERE key='local'") {
    const columns = ['data_center', 'rack', 'release_version'];
    return { columns, rows: [['dc1', 'rack1', '5.0.5']] };
  }
  if (text === 'SELECT * FROM system.peers') {
    const columns = ['peer', 'rpc_address', 'data_center', 'release_version'];
    return { columns, rows: peers.map((peer) => [peer, peer, 'dc1', '5.0.5']) };
  }
  if (text === 'SELECT schema_version FROM system.local') {
    return { columns: ['schema_version'], rows: [['1']] };
  }
  if (text === 'SELECT schema_version FROM system.peers') {
    const version = schemaVersions.length > 1 ? schemaVersions.shift() : schemaVersions[0];
    return { columns: ['schema_version'], rows: [[version ?? '1']] };
  }
  return undefined;
}

function rowsBody({ columns, rows }: CqlRows): Buffer {
  const kindOfRows = 2;
  const sameTable = 1;
  const varchar = 0x000d;
  return Buffer.concat([
    ...[int(kindOfRows), int(sameTable), int(columns.length), string('ks'), string('table')],
    ...columns.flatMap((column) => [string(column), short(varchar)]),
    int(rows.length),
    ...rows.flat().flatMap((value) => [int(Buffer.byteLength(value)), Buffer.from(value)]),
  ]);
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function short(value: number): Buffer {
  return int(value).subarray(2);
}

function string(text: string): Buffer {
  return Buffer.concat([short(Buffer.byteLength(text)), Buffer.from(text)]);
}

/** The figures of an error about replicas: at which consistency, how many were wanted and how many were there. */
export function replicas(consistency: number, ...counts: readonly number[]): Buffer {
  return Buffer.concat([short(consistency), ...counts.map(int)]);
}
