import { decode } from 'dns-packet';
import { type QuestionType, TYPE_NUMBERS } from './records.ts';

/** A client's message, as far as answering it needs. */
export type Query = {
  readonly id: number;
  readonly opcode: number;
  readonly recursionDesired: boolean;
  /** The question section as it came, so that it goes back byte by byte. */
  readonly questionBytes: Buffer;
  /** The question's name without the last dot, one character per byte (latin1), its case kept. */
  readonly name: string;
  readonly type: QuestionType;
  readonly inClass: boolean;
  /** Undefined when the client sent no OPT record. */
  readonly edns: Edns | undefined;
};

export type Edns = {
  readonly udpSize: number;
  readonly version: number;
  /** The client wants signatures. */
  readonly dnssecOk: boolean;
  /** The network that the client asks for, as it came (RFC 7871 section 6). */
  readonly subnet?: Buffer;
};

export type Parsed =
  | { readonly kind: 'query'; readonly query: Query }
  /** Not worth an answer: too short for a header, or itself an answer (replying could go on for ever). */
  | { readonly kind: 'drop' }
  /** To be answered with this code and nothing else. */
  | {
      readonly kind: 'reject';
      readonly id: number;
      readonly opcode: number;
      readonly recursionDesired: boolean;
      readonly rcode: 'FORMERR' | 'NOTIMP';
    };

const HEADER_BYTES = 12;
const CLIENT_SUBNET = 8;
/** Queries are short; what is longer is not worth the work of reading it. */
export const MOST_QUERY_BYTES = 4096;
const CLASS_IN = 1;
const CLASS_ANY = 255;
const TYPES = new Map<number, QuestionType>(
  Object.entries(TYPE_NUMBERS)
    .filter(([type]) => type !== 'OPT')
    .map(([type, number]) => [number, type as QuestionType]),
);

/** Reads a message (RFC 1035 section 4.1). Never throws. */
export function parseQuery(message: Buffer): Parsed {
  if (message.length < HEADER_BYTES) return { kind: 'drop' };
  const flags = message.readUInt16BE(2);
  if ((flags & 0x8000) !== 0) return { kind: 'drop' };
  const head = { id: message.readUInt16BE(0), opcode: (flags >> 11) & 0xf, recursionDesired: (flags & 0x0100) !== 0 };
  if (head.opcode !== 0) return { kind: 'reject', ...head, rcode: 'NOTIMP' };
  const question =
    message.length <= MOST_QUERY_BYTES && message.readUInt16BE(4) === 1 ? readQuestion(message) : undefined;
  const edns = question && readEdns(message);
  if (!question || edns === 'malformed') return { kind: 'reject', ...head, rcode: 'FORMERR' };
  return { kind: 'query', query: { ...head, ...question, edns } };
}

function readQuestion(message: Buffer): Pick<Query, 'questionBytes' | 'name' | 'type' | 'inClass'> | undefined {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (;;) {
    const length = message[at];
    // A pointer has nothing to point to in the first name of a message.
    if (length === undefined || length > 63) return undefined;
    at += 1;
    if (length === 0) break;
    labels.push(message.toString('latin1', at, at + length));
    at += length;
    if (at - HEADER_BYTES > 254) return undefined;
  }
  if (at + 4 > message.length) return undefined;
  const type = TYPES.get(message.readUInt16BE(at)) ?? 'OTHER';
  const asked = message.readUInt16BE(at + 2);
  const inClass = asked === CLASS_IN || asked === CLASS_ANY;
  return { questionBytes: message.subarray(HEADER_BYTES, at + 4), name: labels.join('.'), type, inClass };
}

function readEdns(message: Buffer): Query['edns'] | 'malformed' {
  // Nothing after the question: the usual case, and no reason to decode the whole.
  if (message.readUInt32BE(6) === 0 && message.readUInt16BE(10) === 0) return undefined;
  try {
    for (const record of decode(message).additionals ?? []) {
      if (record.type !== 'OPT') continue;
      const subnet = record.options.find(({ code }) => Number(code) === CLIENT_SUBNET)?.data;
      return {
        udpSize: record.udpPayloadSize,
        version: record.ednsVersion,
        dnssecOk: (record.flags & 0x8000) !== 0,
        // Family and two lengths are there in any case.
        ...(subnet && subnet.length >= 4 && subnet.length <= 20 && { subnet }),
      };
    }
    return undefined;
  } catch {
    // dns-packet throws plain errors at anything that it cannot read: the client's mistake, and answered as such.
    return 'malformed';
  }
}
