import { type Answer, decode, encode } from 'dns-packet';
import { parseAddress } from '../address.ts';
import { parseQuery } from '../query.ts';
import type { ResourceRecord } from '../records.ts';
import type { AnswerCache } from './answer-cache.ts';
import type { Recursor } from './recursor.ts';

/** The addresses of a name outside, with the aliases on the way. Empty when nobody knows. Never rejects. */
export type Lookup = (name: string, type: 'A' | 'AAAA') => Promise<readonly ResourceRecord[]>;

const RECURSION_DESIRED = 0x0100;
/** Enough for any host that an instance may be registered under. */
const MOST_RECORDS = 32;

export function createLookup(recursor: Recursor, cache: AnswerCache): Lookup {
  return async (name, type) => {
    const message = encode({ type: 'query', id: 0, flags: RECURSION_DESIRED, questions: [{ type, name }] });
    const parsed = parseQuery(message);
    if (parsed.kind !== 'query') return [];
    const kept = cache.get(parsed.query);
    // Over TCP, so that nothing is cut off.
    const answer = kept ?? (await recursor.ask(message, 'tcp'));
    if (!answer) return [];
    if (!kept) cache.put(parsed.query, answer);
    return recordsOf(answer);
  };
}

function recordsOf(answer: Buffer): ResourceRecord[] {
  try {
    return (decode(answer).answers ?? []).slice(0, MOST_RECORDS).flatMap(recordOf);
  } catch {
    // Not what it says it is: as good as no answer.
    return [];
  }
}

function recordOf(record: Answer): ResourceRecord[] {
  if (record.type === 'OPT') return [];
  const { name, ttl = 0, data } = record;
  if (typeof data !== 'string') return [];
  if (record.type === 'CNAME') return [{ name, ttl, type: 'CNAME', target: data.replace(/\.$/, '') }];
  const address = record.type === 'A' || record.type === 'AAAA' ? parseAddress(data) : undefined;
  return address && address.type === record.type ? [{ name, ttl, type: address.type, bytes: address.bytes }] : [];
}
