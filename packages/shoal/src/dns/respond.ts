import { MOST_MESSAGE_BYTES } from './encode.ts';
import { fitReply, type Head, type Limits, udpLimits } from './fit.ts';
import { type Parsed, parseQuery, type Query } from './query.ts';
import type { Rcode, Reply } from './records.ts';
import type { DnsSettings } from './settings.ts';
import { answer, type ZoneContext } from './zone.ts';

export type Transport = 'udp' | 'tcp';

/** What to do with a message: nothing, send these bytes back, or ask the recursors and send `otherwise` when none of them answers. */
export type Response =
  | { readonly kind: 'silence' }
  | { readonly kind: 'answer'; readonly rcode: Rcode; readonly bytes: Buffer }
  | { readonly kind: 'recurse'; readonly query: Query; readonly otherwise: Buffer };

/** From a client's bytes to ours. Never throws: a question that breaks something gets SERVFAIL. */
export function respond(message: Buffer, transport: Transport, context: ZoneContext): Response {
  const parsed = parseQuery(message);
  if (parsed.kind === 'drop') return { kind: 'silence' };
  if (parsed.kind === 'reject') return rejection(parsed);
  try {
    return respondTo(parsed.query, transport, context);
  } catch {
    // Whatever a name or a registered value did to us: the client asks again, the server goes on. The caller counts the code.
    return finished(parsed.query, failure('SERVFAIL'), transport, context.settings);
  }
}

function respondTo(query: Query, transport: Transport, context: ZoneContext): Response {
  if (query.edns && query.edns.version > 0) return finished(query, failure('BADVERS'), transport, context.settings);
  if (!query.inClass) return finished(query, failure('REFUSED'), transport, context.settings);
  const outcome = answer(query, context);
  if (outcome.kind === 'reply')
    return finished(query, capped(outcome.reply, query, context.settings), transport, context.settings);
  const otherwise = finished(query, outcome.otherwise, transport, context.settings);
  const forwarded = context.settings.recursors.length > 0 && query.recursionDesired;
  if (!forwarded || otherwise.kind !== 'answer') return otherwise;
  const failed = finished(query, failure('SERVFAIL'), transport, context.settings);
  return failed.kind === 'answer' ? { kind: 'recurse', query, otherwise: failed.bytes } : failed;
}

/** `aRecordLimit` holds on every transport, for the types that are answered with addresses. */
function capped(reply: Reply, query: Query, settings: DnsSettings): Reply {
  const limited = settings.aRecordLimit > 0 && ['A', 'AAAA', 'ANY'].includes(query.type);
  return limited ? { ...reply, items: reply.items.slice(0, settings.aRecordLimit) } : reply;
}

function finished(query: Query, reply: Reply, transport: Transport, settings: DnsSettings): Response {
  const limits: Limits =
    transport === 'udp'
      ? udpLimits(query.edns?.udpSize, settings)
      : { bytes: MOST_MESSAGE_BYTES, answers: Number.POSITIVE_INFINITY };
  const recursionAvailable = reply.recursionAvailable || settings.recursors.length > 0;
  const bytes = fitReply(headOf(query), { ...reply, recursionAvailable }, limits, settings);
  return bytes ? { kind: 'answer', rcode: reply.rcode, bytes } : { kind: 'silence' };
}

function headOf(query: Query): Head {
  const { id, opcode, recursionDesired, edns } = query;
  return {
    id,
    opcode,
    recursionDesired,
    question: { bytes: query.questionBytes, name: query.name },
    ednsUdpSize: edns?.udpSize,
  };
}

function rejection(parsed: Extract<Parsed, { kind: 'reject' }>): Response {
  const head: Head = {
    id: parsed.id,
    opcode: parsed.opcode,
    recursionDesired: parsed.recursionDesired,
    question: undefined,
    ednsUdpSize: undefined,
  };
  const bytes = fitReply(head, failure(parsed.rcode), { bytes: 512, answers: 0 }, { enableTruncate: false });
  return bytes ? { kind: 'answer', rcode: parsed.rcode, bytes } : { kind: 'silence' };
}

function failure(rcode: Rcode): Reply {
  return { rcode, authoritative: false, recursionAvailable: false, items: [], authority: [], additional: [] };
}
