import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';

/** How a publisher's server answers for one path. */
export type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A web server on this computer that stands in for publishers. */
export interface FileServer extends AsyncDisposable {
  readonly url: string;
  /** Each request so far, as `GET /path` with the range that it asked for behind; as a proxy it refuses `CONNECT`. */
  readonly asked: string[];
  /** From now on answers for the path like this; without an answer it is 404. */
  serve(path: string, answer: Answer): void;
}

export async function startFileServer(host = '127.0.0.1'): Promise<FileServer> {
  const answers = new Map<string, Answer>();
  const asked: string[] = [];
  const server = createServer((request, response) => {
    const { url = '', method = '', headers } = request;
    asked.push([method, url, headers.range ?? ''].join(' ').trim());
    const answer = answers.get(url);
    if (answer === undefined) response.writeHead(404).end('not here');
    else answer(request, response);
  });
  server.on('connect', ({ url }, socket) => {
    asked.push(`CONNECT ${url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  server.listen(0, host);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://${host}:${address.port}`,
    asked,
    serve: (path, answer) => void answers.set(path, answer),
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

/** Answers with the content; a range is honoured where If-Range names the ETag, or no If-Range is there. */
export function file(content: Buffer | string, etag = '"1"'): Answer {
  return (request, response) => {
    const bytes = Buffer.from(content);
    const condition = request.headers['if-range'];
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
    const headers = { etag, 'accept-ranges': 'bytes' };
    if (Number.isNaN(start) || (condition !== undefined && condition !== etag)) {
      response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes);
    } else if (start >= bytes.length) {
      response.writeHead(416, headers).end();
    } else {
      const rest = bytes.subarray(start);
      const range = `bytes ${start}-${bytes.length - 1}/${bytes.length}`;
      response
        .writeHead(206, { ...headers, 'content-length': rest.length, 'content-range': range })
        .end(rest);
    }
  };
}

/** Answers as `answer` does, but drops the connection after so many bytes of the body. */
export function cutAfter(length: number, content: Buffer, etag = '"1"'): Answer {
  return (request, response) => {
    const start = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const rest = content.subarray(start);
    const range = `bytes ${start}-${content.length - 1}/${content.length}`;
    response.writeHead(start === 0 ? 200 : 206, {
      ...{ etag, 'content-length': rest.length },
      ...(start === 0 ? {} : { 'content-range': range }),
    });
    response.write(rest.subarray(0, length), () => response.socket?.end());
  };
}
