import http, { type IncomingMessage } from 'node:http';
import https from 'node:https';
import type { Duplex, Readable } from 'node:stream';
import { messageOf } from '../../errors.ts';
import type { Endpoint } from './endpoint.ts';
import { EngineAwayError, EngineError } from './errors.ts';

/**
 * A Docker Engine by its HTTP API (https://docs.docker.com/reference/api/engine/), over its socket. Every call throws `EngineError` for an answer
 * that is none of 2xx, and `EngineAwayError` when there is no answer.
 */
export type Engine = {
  /** The whole answer, as JSON; undefined if it is empty. */
  call<T = unknown>(method: Method, path: string, request?: EngineRequest): Promise<T>;
  /** The answer as it comes. Destroy it when it is not read to its end. */
  stream(method: Method, path: string, request?: EngineRequest): Promise<IncomingMessage>;
  /** What the engine turns into a stream of bytes in both directions. */
  hijack(path: string, body: object): Promise<Duplex>;
  close(): void;
};

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export type EngineRequest = {
  query?: Record<string, string | number | boolean>;
  /** An object is sent as JSON. */
  body?: object | Readable;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** For the whole answer. @default 2 minutes; 0 waits for ever */
  timeoutMs?: number;
};

/** The newest version of the API that this was written for; an older engine is spoken to in its own. */
const NEWEST_API = '1.44';
const CALL_MS = 120_000;
const LONGEST_ANSWER_BYTES = 64 * 1024 * 1024;

export function createEngine(endpoint: Endpoint): Engine {
  const transport = endpoint.tls ? https : http;
  const agent = new transport.Agent({ keepAlive: true });
  let version: string | undefined;

  const away = (error: unknown) => {
    // It may be another one when it is back.
    version = undefined;
    return new EngineAwayError(endpoint.name, error instanceof Error ? error : new Error(String(error)));
  };

  function send(method: Method, path: string, given: EngineRequest): Promise<IncomingMessage> {
    const { body, headers, signal } = given;
    const isStream = body !== undefined && 'pipe' in body;
    const json = body === undefined || isStream ? undefined : Buffer.from(JSON.stringify(body));
    return new Promise((resolve, reject) => {
      const request = transport.request({
        ...endpoint.options,
        ...{ method, path, agent },
        headers: {
          host: 'docker',
          ...(json && { 'content-type': 'application/json', 'content-length': json.length }),
          ...(isStream && { 'content-type': 'application/x-tar' }),
          ...headers,
        },
        ...(signal && { signal }),
      });
      request.once('response', resolve);
      request.once('error', (error: NodeJS.ErrnoException) => {
        // The engine closed a kept connection in the moment in which it was to be used again.
        const isStale = request.reusedSocket && !isStream && ['ECONNRESET', 'EPIPE'].includes(error.code ?? '');
        if (signal?.aborted) reject(signal.reason);
        else if (isStale) send(method, path, given).then(resolve, reject);
        else reject(away(error));
      });
      if (isStream) (body as Readable).once('error', (error) => request.destroy(error)).pipe(request);
      else request.end(json);
    });
  }

  async function whole(answer: IncomingMessage, signal: AbortSignal | undefined): Promise<Buffer> {
    const chunks: Buffer[] = [];
    let size = 0;
    try {
      for await (const chunk of answer as AsyncIterable<Buffer>) {
        size += chunk.length;
        if (size > LONGEST_ANSWER_BYTES) throw new Error(`its answer is longer than ${LONGEST_ANSWER_BYTES} bytes`);
        chunks.push(chunk);
      }
    } catch (error) {
      throw signal?.aborted ? signal.reason : away(error);
    }
    return Buffer.concat(chunks);
  }

  async function stream(method: Method, path: string, request: EngineRequest = {}): Promise<IncomingMessage> {
    version ??= await negotiate();
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(request.query ?? {})) query.set(name, String(value));
    const search = query.size === 0 ? '' : `?${query}`;
    const answer = await send(method, `/v${version}${path}${search}`, request);
    const status = answer.statusCode ?? 0;
    if (status >= 200 && status < 300) return answer;
    throw new EngineError(status, reasonIn(await whole(answer, request.signal)) || (answer.statusMessage ?? ''));
  }

  async function hijack(path: string, body: object): Promise<Duplex> {
    version ??= await negotiate();
    const json = Buffer.from(JSON.stringify(body));
    const { refused, stream } = await new Promise<{ refused?: IncomingMessage; stream?: Duplex }>((resolve, reject) => {
      const request = transport.request({
        ...endpoint.options,
        ...{ method: 'POST', path: `/v${version}${path}`, agent: false },
        headers: {
          ...{ host: 'docker', connection: 'Upgrade', upgrade: 'tcp' },
          ...{ 'content-type': 'application/json', 'content-length': json.length },
        },
      });
      request.once('response', (refused) => resolve({ refused }));
      request.once('upgrade', (_answer, socket: Duplex, head: Buffer) => {
        if (head.length > 0) socket.unshift(head);
        resolve({ stream: socket });
      });
      request.once('error', (error) => reject(away(error)));
      request.end(json);
    });
    if (stream !== undefined) return stream;
    const reason = refused && reasonIn(await whole(refused, undefined));
    throw new EngineError(refused?.statusCode ?? 0, reason ?? '');
  }

  async function negotiate(): Promise<string> {
    const signal = AbortSignal.timeout(CALL_MS);
    const answer = await send('GET', '/version', { signal });
    const { ApiVersion = NEWEST_API } = JSON.parse((await whole(answer, signal)).toString()) as { ApiVersion?: string };
    return minorOf(ApiVersion) < minorOf(NEWEST_API) ? ApiVersion : NEWEST_API;
  }

  return {
    async call<T>(method: Method, path: string, request: EngineRequest = {}): Promise<T> {
      const limit = request.timeoutMs ?? CALL_MS;
      const signals = [request.signal, limit > 0 ? AbortSignal.timeout(limit) : undefined];
      const signal = AbortSignal.any(signals.filter((one) => one !== undefined));
      try {
        const answer = await stream(method, path, { ...request, signal });
        const bytes = await whole(answer, signal);
        return (bytes.length === 0 ? undefined : JSON.parse(bytes.toString())) as T;
      } catch (error) {
        if (signal.aborted && !request.signal?.aborted) throw away(new Error(`no answer within ${limit} ms`));
        throw error;
      }
    },
    stream,
    hijack,
    close: () => agent.destroy(),
  };
}

function minorOf(version: string): number {
  return Number(version.split('.')[1]);
}

function reasonIn(body: Buffer): string {
  try {
    return String((JSON.parse(body.toString()) as { message?: unknown }).message ?? '').trim();
  } catch (error) {
    return body.toString().trim() || messageOf(error);
  }
}
