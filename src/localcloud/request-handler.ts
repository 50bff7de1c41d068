import type { LocalCloud } from './cloud.ts';

/** What the AWS SDK hands to its request handler, as far as it matters here. */
interface SdkRequest {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The part of the AWS SDK's response that it reads. */
interface SdkResponse {
  readonly response: {
    readonly statusCode: number;
    readonly headers: Record<string, string>;
    readonly body: Buffer;
  };
}

/** The SDK's type also allows a signal of its own of former days, which nothing makes any more. */
interface SdkHandlerOptions {
  readonly abortSignal?: AbortSignal | { readonly aborted: boolean };
}

/** What the AWS SDK for JavaScript v3 takes as `requestHandler`. */
export interface RequestHandler {
  readonly metadata: { readonly handlerProtocol: string };
  handle(request: SdkRequest, options?: SdkHandlerOptions): Promise<SdkResponse>;
  updateHttpClientConfig(): void;
  httpHandlerConfigs(): Record<string, never>;
  destroy(): void;
}

/**
 * A request handler by which an SDK client talks to the cloud within this process. An aborted request rejects at once
 * with an `AbortError`; the cloud may still carry it out, as a real one may.
 */
export function cloudRequestHandler(cloud: LocalCloud): RequestHandler {
  return {
    metadata: { handlerProtocol: 'h1' },
    async handle(request, options) {
      const given = options?.abortSignal;
      const signal = given instanceof AbortSignal ? given : undefined;
      const target = request.headers?.['x-amz-target'];
      const reply = await orAbort(() => cloud.call(textOf(request.body), target), signal);
      if (reply.isDropped === true) throw dropped();
      return {
        response: {
          statusCode: reply.status,
          headers: { 'content-type': reply.contentType ?? 'text/xml;charset=UTF-8' },
          body: Buffer.from(reply.body),
        },
      };
    },
    updateHttpClientConfig() {},
    httpHandlerConfigs: () => ({}),
    destroy() {},
  };
}

/** Some of the SDK's bodies are bytes that complain when they are taken for a text. */
function textOf(body: unknown): string {
  if (!(body instanceof Uint8Array)) return String(body ?? '');
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString();
}

/** What `work` resolves with, unless the signal aborts first. */
function orAbort<T>(work: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work();
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(abortError(signal));
    if (signal.aborted) {
      onAbort();
      return;
    }
    signal.addEventListener('abort', onAbort, { once: true });
    work()
      .then(resolve, reject)
      .finally(() => signal.removeEventListener('abort', onAbort));
  });
}

/** As Node tells it when the other side ends a connection. */
function dropped(): Error {
  return Object.assign(new Error('socket hang up'), { code: 'ECONNRESET' });
}

function abortError(signal: AbortSignal): Error {
  const error = new Error('the request was aborted', { cause: signal.reason });
  error.name = 'AbortError';
  return error;
}
