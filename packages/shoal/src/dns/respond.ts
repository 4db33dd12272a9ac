import { MOST_MESSAGE_BYTES } from './encode.ts';
import { fitReply, type Head, type Limits, udpLimits } from './fit.ts';
import { type Dangling, danglingNames, withFound } from './follow.ts';
import { parseName } from './name.ts';
import { type Parsed, parseQuery, type Query } from './query.ts';
import { type Rcode, type Reply, type ResourceRecord, reply } from './records.ts';
import { questionEnd } from './recursors/exchange.ts';
import type { DnsSettings } from './settings.ts';
import { answer } from './zone.ts';
import type { ZoneContext } from './zone-context.ts';

export type Transport = 'udp' | 'tcp';

/** What to do with a message. */
export type Response =
  | { readonly kind: 'silence' }
  /** Send these bytes back. */
  | { readonly kind: 'answer'; readonly rcode: Rcode; readonly bytes: Buffer }
  /** Respond again when it is here, and send `otherwise` when it does not come. */
  | { readonly kind: 'wait'; readonly coming: Promise<void>; readonly otherwise: Buffer }
  /** Ask the recursors, and send `otherwise` when none of them answers. */
  | { readonly kind: 'recurse'; readonly query: Query; readonly otherwise: Buffer }
  /** Look up the names that the answer points to, then send what `finish` makes of it. */
  | { readonly kind: 'follow'; readonly names: readonly Dangling[]; readonly finish: (found: Found) => Response };

type Found = ReadonlyMap<string, readonly ResourceRecord[]>;

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
  const { settings } = context;
  if (query.edns && query.edns.version > 0) return finished(query, failure('BADVERS'), transport, settings);
  if (!query.inClass) return finished(query, failure('REFUSED'), transport, settings);
  const outcome = answer(query, context);
  const mayAsk = settings.recursors.length > 0 && query.recursionDesired;
  if (outcome.kind === 'recurse')
    return mayAsk
      ? recurse(query, failure('SERVFAIL'), transport, settings)
      : finished(query, outcome.otherwise, transport, settings);
  if (outcome.kind === 'wait') return wait(query, outcome.coming, transport, settings);
  const reply = capped(outcome.reply, query, settings);
  if (!mayAsk) return finished(query, reply, transport, settings);
  if (settings.fallthrough && reply.rcode === 'NXDOMAIN') return fallThrough(query, reply, transport, settings);
  const names = danglingNames(reply, query.type, settings);
  if (names.length === 0) return finished(query, reply, transport, settings);
  return { kind: 'follow', names, finish: (found) => finished(query, withFound(reply, found), transport, settings) };
}

/** A name of ours that the catalog does not hold. When nobody can be asked, a service that is not there is not there; any other name is unknown. */
function fallThrough(query: Query, reply: Reply, transport: Transport, settings: DnsSettings): Response {
  const isOurs = parseName(query.name, settings).kind !== 'unknown';
  return recurse(query, isOurs ? reply : failure('SERVFAIL'), transport, settings);
}

function recurse(query: Query, otherwise: Reply, transport: Transport, settings: DnsSettings): Response {
  const instead = finished(query, otherwise, transport, settings);
  return instead.kind === 'answer' ? { kind: 'recurse', query, otherwise: instead.bytes } : instead;
}

function wait(query: Query, coming: Promise<void>, transport: Transport, settings: DnsSettings): Response {
  const instead = finished(query, reply('SERVFAIL', []), transport, settings);
  return instead.kind === 'answer' ? { kind: 'wait', coming, otherwise: instead.bytes } : instead;
}

/** A recursor's answer as the client's transport takes it: one that is too long for UDP sends the client to TCP. */
export function fitForwarded(query: Query, answer: Buffer, transport: Transport, settings: DnsSettings): Buffer {
  if (transport === 'tcp' || answer.length <= udpLimits(query.edns?.udpSize, settings).bytes) return answer;
  return questionOnly(answer);
}

/** Header and question of an answer, with the flag that says "come over TCP". */
export function questionOnly(answer: Buffer): Buffer {
  const end = answer.readUInt16BE(4) === 0 ? 12 : questionEnd(answer);
  const cut = Buffer.from(answer.subarray(0, end));
  cut.writeUInt16BE(cut.readUInt16BE(2) | 0x0200, 2);
  cut.fill(0, 6, 12);
  return cut;
}

/** `aRecordLimit` holds on every transport, for the types that are answered with addresses. */
function capped(reply: Reply, query: Query, settings: DnsSettings): Reply {
  const { aRecordLimit } = settings;
  if (aRecordLimit === 0 || reply.items.length <= aRecordLimit || query.type === 'SRV') return reply;
  const isAddress = ({ record }: Reply['items'][number]) => record.type === 'A' || record.type === 'AAAA';
  const beyond = new Set(reply.items.filter(isAddress).slice(aRecordLimit));
  return { ...reply, items: reply.items.filter((item) => !beyond.has(item)) };
}

function finished(query: Query, reply: Reply, transport: Transport, settings: DnsSettings): Response {
  const limits: Limits =
    transport === 'udp'
      ? udpLimits(query.edns?.udpSize, settings)
      : { bytes: MOST_MESSAGE_BYTES, answers: Number.POSITIVE_INFINITY };
  const recursionAvailable = reply.recursionAvailable || settings.recursors.length > 0;
  const bytes = fitReply(headOf(query, settings), { ...reply, recursionAvailable }, limits, settings);
  return bytes ? { kind: 'answer', rcode: reply.rcode, bytes } : { kind: 'silence' };
}

function headOf(query: Query, { compression }: DnsSettings): Head {
  const { id, opcode, recursionDesired, edns } = query;
  return {
    id,
    opcode,
    recursionDesired,
    question: { bytes: query.questionBytes, name: query.name },
    ednsUdpSize: edns?.udpSize,
    ...(edns?.subnet && { subnet: edns.subnet }),
    isCompressed: compression,
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
