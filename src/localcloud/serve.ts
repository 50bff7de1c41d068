import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { UsageError } from '../errors.ts';
import type { LocalCloud } from './cloud.ts';
import type { CloudReply } from './cloud-reply.ts';
import { Ec2Fault } from './fault.ts';
import { faultReply, type Service, serviceOf } from './fault-reply.ts';
import { type Personality, personalities } from './personality.ts';
import { parseQuery } from './query.ts';
import { type SignedRequest, verifySignature } from './sigv4.ts';

/** The port that the local cloud is served at unless another one is asked for. */
export const usualPort = 4580;

const host = '127.0.0.1';
const mostBytes = 1024 * 1024;
const patienceMs = 5000;

/** What is needed to serve a cloud. */
export interface ServeOptions {
  /** 0 is any that is free. */
  readonly port: number;
  /** The cloud as the account with this access key sees it. */
  cloudFor(accessKey: string): LocalCloud;
  secretOf(accessKey: string): string | undefined;
  /** How the cloud behaves now, also towards those whose requests are refused unseen. */
  personality(): Promise<Personality>;
  /** Milliseconds since the epoch. */
  now(): number;
  /** Called with every request that was answered. */
  onAnswer?(answer: ServedAnswer): void;
}

/** A request that was answered. */
export interface ServedAnswer {
  readonly account: string | undefined;
  readonly action: string;
  readonly status: number;
  /** EC2's code, or what went wrong in the cloud itself. */
  readonly error?: string;
}

/** A cloud that answers at a port; on disposal calls under way are waited for, for some seconds at most. */
export interface ServedCloud extends AsyncDisposable {
  readonly endpoint: string;
}

/**
 * Answers the EC2, STS and SSM requests of any client of this computer over HTTP. Only requests with a valid signature
 * are carried out, and only those that name this computer as their host.
 * @throws {UsageError} `local-port-unavailable`
 */
export async function serveCloud(options: ServeOptions): Promise<ServedCloud> {
  const server = createServer((request, response) => {
    void respond(request, response, options);
  });
  await listen(server, options.port);
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    endpoint: `http://${host}:${port}`,
    [Symbol.asyncDispose]: () => close(server),
  };
}

async function listen(server: Server, port: number): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, 'listening');
  } catch (cause) {
    const message = `port ${port} of this computer cannot be had`;
    const hint = 'Choose another one with --port PORT; --port 0 takes one that is free.';
    throw new UsageError('local-port-unavailable', message, { hint, cause });
  }
}

async function close(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeIdleConnections();
  const timer = setTimeout(() => server.closeAllConnections(), patienceMs);
  await closed;
  clearTimeout(timer);
}

/** What is known of a request so far. */
interface About {
  account?: string;
  action: string;
  service: Service;
}

/** Whatever happens is answered: nothing a client sends may end the server. */
async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: ServeOptions,
): Promise<void> {
  const target = request.headers['x-amz-target'];
  const about: About = { action: '', service: target === undefined ? 'ec2' : 'ssm' };
  let reply: CloudReply;
  let error: string | undefined;
  try {
    reply = await answerTo(request, options, about);
  } catch (thrown) {
    const fault = thrown instanceof Ec2Fault ? thrown : internal(thrown);
    error = thrown instanceof Ec2Fault ? fault.code : fault.message;
    const personality = await options.personality().catch(() => personalities.aws);
    reply = faultReply(fault, about.service, { requestId: 'unsigned', personality });
  }
  error ??= /(?:<Code>|"__type":")([^<"]*)/.exec(reply.status < 400 ? '' : reply.body)?.[1];
  send(response, reply);
  const { account, action } = about;
  const told = { account, action, status: reply.status };
  options.onAnswer?.(error === undefined ? told : { ...told, error });
}

function internal(thrown: unknown): Ec2Fault {
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new Ec2Fault('InternalError', message, 500);
}

function send(response: ServerResponse, reply: CloudReply): void {
  if (reply.isDropped === true) {
    response.destroy();
    return;
  }
  response.writeHead(reply.status, {
    'content-type': reply.contentType ?? 'text/xml;charset=UTF-8',
    'content-length': Buffer.byteLength(reply.body),
  });
  response.end(reply.body);
}

async function answerTo(
  request: IncomingMessage,
  options: ServeOptions,
  about: About,
): Promise<CloudReply> {
  refuseOtherHosts(request.headers.host ?? '');
  const signed = await readSigned(request);
  const target = signed.headers['x-amz-target'];
  const form = target === undefined ? formOf(signed) : signed.body.toString();
  const params = parseQuery(target === undefined ? form : '');
  about.action = target ?? params.get('Action') ?? '';
  about.service = serviceOf(params, target);
  const account = verifySignature(signed, options.secretOf, options.now());
  about.account = account;
  return options.cloudFor(account).call(form, target);
}

/** A web page that has its own name lead to this computer is not to reach the cloud. */
function refuseOtherHosts(given: string): void {
  const name = given.replace(/:\d+$/, '');
  if (/^(127\.0\.0\.1|localhost|[\w.-]+\.localhost)$/.test(name)) return;
  const message = `The local cloud is not to be called by the name ${name}.`;
  throw new Ec2Fault('UnauthorizedOperation', message, 403);
}

async function readSigned(request: IncomingMessage): Promise<SignedRequest> {
  const { method = '', url = '/', headers } = request;
  if (method !== 'GET' && method !== 'POST') {
    throw new Ec2Fault('InvalidRequest', `The method ${method} is not supported.`, 405);
  }
  const at = url.indexOf('?');
  return {
    method,
    path: at === -1 ? url : url.slice(0, at),
    query: at === -1 ? '' : url.slice(at + 1),
    headers: Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [
        name,
        Array.isArray(value) ? value.join(',') : value,
      ]),
    ),
    body: await readBody(request),
  };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    bytes += chunk.length;
    if (bytes > mostBytes) {
      const message = `A request may have ${mostBytes} bytes.`;
      throw new Ec2Fault('RequestEntityTooLarge', message, 413);
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** The parameters of the Query protocol: those of the body and of the query, without those of the signature. */
function formOf({ query, body }: SignedRequest): string {
  const params = new URLSearchParams(query);
  for (const name of [...params.keys()]) if (name.startsWith('X-Amz-')) params.delete(name);
  for (const [name, value] of new URLSearchParams(body.toString())) params.append(name, value);
  return params.toString();
}
