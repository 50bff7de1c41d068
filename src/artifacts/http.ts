import type { Readable } from 'node:stream';

/** What a server answered; the body must be read or destroyed. */
export interface HttpAnswer {
  readonly status: number;
  /** The value of a header, by its name in small letters. */
  header(name: string): string | undefined;
  readonly body: Readable;
}

/** Gets files from web servers, through the proxies that the environment names. Idle connections keep no process alive. */
export interface Http {
  /**
   * The answer to one GET, after redirects, its body as the server has it, never decoded.
   * @throws {Error} when there is no answer
   */
  get(
    url: string,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpAnswer>;
}

/** How long a server may be silent, in milliseconds. */
const silenceMs = 30_000;

/** A client for this run. Nothing is loaded or connected before the first GET. */
export function openHttp(env: NodeJS.ProcessEnv): Http {
  type Client = Awaited<ReturnType<typeof createClient>>;
  let client: Promise<Client> | undefined;
  return {
    async get(url, headers, signal) {
      client ??= createClient(env);
      const { request, dispatcher } = await client;
      const answer = await request(url, {
        dispatcher,
        signal,
        headers: { 'accept-encoding': 'identity', ...headers },
      });
      return {
        status: answer.statusCode,
        body: answer.body,
        header: (name) => [answer.headers[name]].flat()[0],
      };
    },
  };
}

async function createClient(env: NodeJS.ProcessEnv) {
  const { EnvHttpProxyAgent, interceptors, request } = await import('undici');
  const agent = new EnvHttpProxyAgent({
    // Without these it would look into the environment of this process.
    httpProxy: env['http_proxy'] ?? env['HTTP_PROXY'] ?? '',
    httpsProxy: env['https_proxy'] ?? env['HTTPS_PROXY'] ?? '',
    noProxy: env['no_proxy'] ?? env['NO_PROXY'] ?? '',
    headersTimeout: silenceMs,
    bodyTimeout: silenceMs,
    connect: { timeout: silenceMs / 3 },
  });
  return {
    request,
    dispatcher: agent.compose(interceptors.redirect({ maxRedirections: 5 })),
  };
}
