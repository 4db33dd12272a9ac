import type { IncomingMessage } from 'node:http';
import { type Answer, empty } from '../../http/shared/answer.ts';
import type { Endpoint, Handler } from '../../http/shared/api.ts';
import type { ApiRequest } from '../../http/shared/request.ts';
import type { Link } from '../../rpc/link.ts';
import type { ApiName } from '../../rpc/protocol.ts';

/** Belong to one connection (RFC 9110, 7.6.1), or are made anew. */
const NOT_PASSED_ON: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'date',
  'host',
  'keep-alive',
  'origin',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);
const BODY_LIMIT = 64 * 1024 * 1024;

/** Answers with what a server answers, as it comes. */
export function forwarding(link: Link, api: ApiName): Handler {
  return async (request) => answerOf(await link.forward(api, forwarded(request), request.signal));
}

/** Everything that this agent cannot answer itself. */
export function forwardEverything(link: Link, api: ApiName): Endpoint[] {
  const handler = forwarding(link, api);
  return [
    { path: '/v1/*', bodyLimit: BODY_LIMIT, methods: { GET: handler, PUT: handler, POST: handler, DELETE: handler } },
  ];
}

function forwarded({ method, url, headers, body }: ApiRequest) {
  const passed = Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.has(name));
  const text = Object.fromEntries(passed.map(([name, value]) => [name, String(value)]));
  return { method, path: url, headers: text, ...(body.length > 0 && { body }) };
}

function answerOf(response: IncomingMessage): Answer {
  const { statusCode: status = 500, headers } = response;
  const passed = Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.has(name) && name !== 'content-type');
  const kept = Object.fromEntries(passed.map(([name, value]) => [name, String(value)]));
  const type = headers['content-type'];
  if (type !== undefined)
    return { status, headers: kept, body: { kind: 'stream', stream: response, type, live: true } };
  response.resume();
  return empty(status, kept);
}
