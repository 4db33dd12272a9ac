import { type IncomingMessage, type RequestOptions, request as requestHttp } from 'node:http';
import type { Fetch, FetchAnswer } from '@shoal/api';
import { UnreachableError } from '../errors.ts';

export type TlsSettings = {
  readonly caFile?: string;
  /** A folder with certificates. */
  readonly caPath?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  readonly serverName?: string;
  readonly skipVerify?: boolean;
};

/**
 * Node's own HTTP in the shape of fetch: it starts faster than the global one, lets a followed log be silent as long as it likes, and takes the
 * certificates of the command line.
 */
export function nodeFetch(tls: TlsSettings = {}): Fetch {
  return async (url, { method = 'GET', headers = {}, body, signal }) => {
    const target = new URL(url);
    const options: RequestOptions = { method, headers: { ...headers, ...lengthOf(body) }, ...(signal && { signal }) };
    const send =
      target.protocol === 'https:' ? await sendHttps(target, options, tls) : () => requestHttp(target, options);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = send();
      outgoing.on('response', resolve);
      outgoing.on('error', (error) => reject(failureOf(error, target, signal)));
      outgoing.end(body);
    });
    return answerOf(response);
  };
}

/** Whoever gave up is told so; a time that is over is an agent that does not answer. */
function failureOf(error: Error, target: URL, signal: AbortSignal | undefined): unknown {
  const reason: unknown = signal?.reason;
  if (!signal?.aborted) return unreachable(target, error);
  const isLate = reason instanceof Error && reason.name === 'TimeoutError';
  return isLate ? new UnreachableError(target.origin, 'no answer in time', reason) : reason;
}

function lengthOf(body: string | Uint8Array | undefined): Record<string, string> {
  return body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
}

async function sendHttps(target: URL, options: RequestOptions, tls: TlsSettings) {
  const [{ request }, secure] = await Promise.all([import('node:https'), secureOptions(tls)]);
  return () => request(target, { ...options, ...secure });
}

/** The settings as Node's TLS takes them, with the files read. */
export async function secureOptions(tls: TlsSettings) {
  const { readFile, readdir } = await import('node:fs/promises');
  const read = async (file: string | undefined) => (file ? await readFile(file) : undefined);
  const { caPath } = tls;
  const folder = caPath === undefined ? [] : (await readdir(caPath)).map((name) => `${caPath}/${name}`);
  const ca = (await Promise.all([tls.caFile, ...folder].map(read))).filter((pem) => pem !== undefined);
  const [cert, key] = await Promise.all([tls.certFile, tls.keyFile].map(read));
  return {
    ...(ca.length > 0 && { ca }),
    ...(cert && { cert }),
    ...(key && { key }),
    ...(tls.serverName && { servername: tls.serverName }),
    rejectUnauthorized: tls.skipVerify !== true,
  };
}

function answerOf(response: IncomingMessage): FetchAnswer {
  const status = response.statusCode ?? 0;
  return {
    status,
    ok: status >= 200 && status < 300,
    headers: { get: (name) => [response.headers[name]].flat().join(', ') || null },
    body: response,
    text: async () => {
      const parts: Buffer[] = [];
      for await (const part of response) parts.push(part as Buffer);
      return Buffer.concat(parts).toString('utf8');
    },
  };
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host cannot be resolved now',
  ETIMEDOUT: 'no answer in time',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to its network',
  ECONNRESET: 'the connection was closed without an answer',
};

function unreachable(target: URL, error: NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] }): Error {
  const code = error.code ?? error.errors?.[0]?.code ?? '';
  return new UnreachableError(target.origin, REASONS[code] ?? error.message, error);
}
