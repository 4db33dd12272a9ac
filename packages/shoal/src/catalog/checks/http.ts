import { type IncomingMessage, request as requestHttp, STATUS_CODES } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { CheckStatus } from '@shoal/api';
import { type HttpCheckRun, MAX_OUTPUT, type Outcome } from '../registry/definitions.ts';
import { dialFailure, wholeCharacters } from './output.ts';
import { tlsOptions } from './tls.ts';

/** As Consul's checks introduce themselves; configured headers replace these. */
const HEADERS: Readonly<Record<string, string>> = {
  'User-Agent': 'Consul Health Check',
  Accept: 'text/plain, text/*, */*',
};
const MAX_REDIRECTS = 10;

/** 2xx is passing, 429 (Too Many Requests) a warning, all else and any failure critical. Never rejects. */
export async function runHttpCheck(
  check: HttpCheckRun,
  signal: AbortSignal,
  mostOutput = MAX_OUTPUT,
): Promise<Outcome> {
  const deadline = AbortSignal.timeout(check.timeoutMs);
  const stop = new AbortController();
  const onStop = () => stop.abort();
  for (const source of [signal, deadline]) source.addEventListener('abort', onStop, { once: true });
  try {
    const { status, body } = await ask(check, stop.signal, mostOutput);
    const output = `HTTP ${check.method} ${check.url}: ${status} ${STATUS_CODES[status] ?? ''} Output: ${body}`;
    return { status: statusOf(status), output };
  } catch (error) {
    return { status: 'critical', output: failure(check, error, deadline.aborted) };
  } finally {
    signal.removeEventListener('abort', onStop);
    deadline.removeEventListener('abort', onStop);
  }
}

function statusOf(code: number): CheckStatus {
  if (code >= 200 && code <= 299) return 'passing';
  return code === 429 ? 'warning' : 'critical';
}

function failure(check: HttpCheckRun, error: unknown, timedOut: boolean): string {
  const reason = timedOut
    ? 'context deadline exceeded (Client.Timeout exceeded while awaiting headers)'
    : dialFailure(error, hostOf(check.url));
  const verb = check.method.charAt(0) + check.method.slice(1).toLowerCase();
  return `${verb} "${check.url}": ${reason}`;
}

type Reply = { status: number; body: string };

/** Follows redirects as Go's client does: 301, 302 and 303 go on as GET, 307 and 308 as they are. */
async function ask(check: HttpCheckRun, signal: AbortSignal, mostOutput: number): Promise<Reply> {
  let { url, method, body } = check;
  for (let hop = 0; ; hop += 1) {
    const response = await send({ ...check, url, method, body }, signal);
    const status = response.statusCode ?? 0;
    const { location } = response.headers;
    const isRedirect = [301, 302, 303, 307, 308].includes(status) && location !== undefined;
    if (!isRedirect || check.noRedirects) return { status, body: await firstBytes(response, mostOutput) };
    response.destroy();
    if (hop >= MAX_REDIRECTS) throw new Error(`stopped after ${MAX_REDIRECTS} redirects`);
    url = new URL(location, url).href;
    if (status < 307 && method !== 'HEAD') [method, body] = ['GET', ''];
  }
}

function send(check: HttpCheckRun, signal: AbortSignal): Promise<IncomingMessage> {
  const { url, method, headers, body } = check;
  return new Promise((resolve, reject) => {
    const target = new URL(url);
    const request = target.protocol === 'https:' ? requestHttps : requestHttp;
    // A connection of its own: a check that reuses one would not notice that nobody accepts any more.
    const options = { method, agent: false, signal, ...tlsOptions(check), headers: HEADERS } as const;
    const sent = request(target, options, resolve);
    for (const [name, values] of Object.entries(headers)) sent.setHeader(name, [...values]);
    sent.once('error', reject);
    sent.end(body === '' ? undefined : body);
  });
}

/** Reads no more than is kept: a body may be endless. */
async function firstBytes(response: IncomingMessage, most: number): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response) {
    chunks.push(chunk as Buffer);
    length += (chunk as Buffer).length;
    if (length >= most) break;
  }
  return wholeCharacters(Buffer.concat(chunks).subarray(0, most));
}

function hostOf(url: string): string {
  const { hostname, port, protocol } = new URL(url);
  return `${hostname}:${port || (protocol === 'https:' ? 443 : 80)}`;
}
