import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { type Answer, empty } from './answer.ts';

/** Belong to one connection (RFC 9110, 7.6.1), or are made anew. */
const NOT_PASSED_ON: ReadonlySet<string> = new Set([
  'accept-encoding',
  'connection',
  'content-length',
  'date',
  'expect',
  'host',
  'keep-alive',
  'origin',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What of a request's headers goes on to whoever answers it. */
export function passedOn(headers: IncomingHttpHeaders): Record<string, string> {
  const passed = Object.entries(headers).filter(([name]) => !NOT_PASSED_ON.has(name));
  return Object.fromEntries(passed.map(([name, value]) => [name, String(value)]));
}

/** Somebody else's answer as ours, as it comes. */
export function answerOf(response: IncomingMessage): Answer {
  const { statusCode: status = 500, headers } = response;
  const { 'content-type': type, ...kept } = passedOn(headers);
  if (type !== undefined)
    return { status, headers: kept, body: { kind: 'stream', stream: response, type, live: true } };
  response.resume();
  return empty(status, kept);
}
