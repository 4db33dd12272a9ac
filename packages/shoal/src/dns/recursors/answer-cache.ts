import type { Query } from '../query.ts';
import { questionEnd } from './exchange.ts';

/** What recursors said, for as long as they said that it holds. A small one: it spares the way to them for what is asked again and again. */
export type AnswerCache = {
  /** With the question's id and spelling, and the time that is left. */
  get(query: Query): Buffer | undefined;
  put(query: Query, answer: Buffer): void;
};

export type AnswerCacheOptions = {
  /** 0 keeps nothing. */
  readonly size: number;
  /** Milliseconds that only grow. */
  readonly now: () => number;
};

type Entry = {
  readonly answer: Buffer;
  readonly ttlPlaces: readonly number[];
  readonly at: number;
  readonly until: number;
};

/** Nothing is believed for longer (RFC 8767 section 4 advises a week at most; names of services move faster). */
const MOST_SECONDS = 3600;
const HEADER_BYTES = 12;
const TYPE_SOA = 6;
const TYPE_OPT = 41;
const NOERROR = 0;
const NXDOMAIN = 3;

export function createAnswerCache({ size, now }: AnswerCacheOptions): AnswerCache {
  const entries = new Map<string, Entry>();
  return {
    get(query) {
      const key = keyOf(query);
      const entry = key === undefined ? undefined : entries.get(key);
      if (!entry || key === undefined) return undefined;
      if (entry.until > now()) return aged(entry, query, now());
      entries.delete(key);
      return undefined;
    },
    put(query, answer) {
      const key = keyOf(query);
      const times = key === undefined || size === 0 ? undefined : timesOf(answer);
      if (key === undefined || !times) return;
      entries.delete(key);
      const until = now() + Math.min(times.seconds, MOST_SECONDS) * 1000;
      entries.set(key, { answer, ttlPlaces: times.places, at: now(), until });
      if (entries.size > size) entries.delete(entries.keys().next().value as string);
    },
  };
}

/** Answers for a network of the client's own are not for others. Sizes and signatures make other answers. */
function keyOf({ name, questionBytes, edns }: Query): string | undefined {
  if (edns?.subnet) return undefined;
  const type = questionBytes.readUInt32BE(questionBytes.length - 4);
  return `${name.toLowerCase()} ${type} ${edns ? `${edns.udpSize} ${edns.dnssecOk}` : ''}`;
}

function aged({ answer, ttlPlaces, at }: Entry, query: Query, now: number): Buffer {
  const copy = Buffer.from(answer);
  copy.writeUInt16BE(query.id, 0);
  query.questionBytes.copy(copy, HEADER_BYTES);
  const passed = Math.floor((now - at) / 1000);
  for (const place of ttlPlaces) copy.writeUInt32BE(Math.max(0, copy.readUInt32BE(place) - passed), place);
  return copy;
}

/** Where the TTLs are, and the least of them; undefined for what is not to be kept. Of "no such thing" the SOA record says how long it holds (RFC 2308). */
function timesOf(answer: Buffer): { places: number[]; seconds: number } | undefined {
  const flags = answer.readUInt16BE(2);
  const rcode = flags & 0xf;
  if ((flags & 0x0200) !== 0 || (rcode !== NOERROR && rcode !== NXDOMAIN)) return undefined;
  const counts = [6, 8, 10].map((place) => answer.readUInt16BE(place));
  const isNegative = counts[0] === 0 || rcode === NXDOMAIN;
  try {
    return walk(answer, counts as [number, number, number], isNegative);
  } catch {
    // Cut off, or no DNS: it goes to the client as it came, and is not kept.
    return undefined;
  }
}

function walk(answer: Buffer, [answers, authority, additional]: [number, number, number], isNegative: boolean) {
  const places: number[] = [];
  let seconds = Number.POSITIVE_INFINITY;
  let holds = !isNegative;
  let at = questionEnd(answer);
  for (let record = 0; record < answers + authority + additional; record += 1) {
    at = nameEnd(answer, at);
    const type = answer.readUInt16BE(at);
    const end = at + 10 + answer.readUInt16BE(at + 8);
    // The TTL of an OPT record is none.
    if (type !== TYPE_OPT) {
      places.push(at + 4);
      seconds = Math.min(seconds, answer.readUInt32BE(at + 4));
    }
    if (type === TYPE_SOA && record >= answers) {
      seconds = Math.min(seconds, answer.readUInt32BE(end - 4));
      holds = true;
    }
    at = end;
  }
  return holds && seconds > 0 && Number.isFinite(seconds) && at <= answer.length ? { places, seconds } : undefined;
}

function nameEnd(message: Buffer, from: number): number {
  let at = from;
  for (;;) {
    const length = message.readUInt8(at);
    if (length === 0) return at + 1;
    if (length >= 0xc0) return at + 2;
    at += length + 1;
  }
}
