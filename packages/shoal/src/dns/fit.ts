import { encodeMessage, type Message } from './encode.ts';
import type { AnswerItem, Reply, ResourceRecord } from './records.ts';
import type { DnsSettings } from './settings.ts';

/** What the client's transport takes. */
export type Limits = { readonly bytes: number; readonly answers: number };

/** UDP without EDNS (RFC 1035 section 2.3.4). */
export const PLAIN_UDP_BYTES = 512;
/** The largest payload of an IPv4 datagram. */
const MOST_UDP_BYTES = 65_507;

/** A client that offers no more than the plain 512 bytes gets a few answers only, as an old stub resolver expects. */
export function udpLimits(
  ednsUdpSize: number | undefined,
  settings: Pick<DnsSettings, 'udpAnswerLimit' | 'maxUdpBytes'>,
): Limits {
  const most = Math.min(MOST_UDP_BYTES, Math.max(PLAIN_UDP_BYTES, settings.maxUdpBytes));
  const bytes = Math.min(most, Math.max(PLAIN_UDP_BYTES, ednsUdpSize ?? 0));
  return { bytes, answers: bytes > PLAIN_UDP_BYTES ? Number.POSITIVE_INFINITY : settings.udpAnswerLimit };
}

/**
 * Writes a reply with as many of its answers as fit, each with the addresses that belong to it; metadata of nodes comes along only when all answers do,
 * as with Consul. Answers that are left out show as TC only with `enableTruncate`, as with Consul; if there is room for no answer at all, TC is always
 * set, because the client would take it for "no data".
 */
export function fitReply(
  head: Head,
  reply: Reply,
  limits: Limits,
  settings: Pick<DnsSettings, 'enableTruncate'>,
): Buffer | undefined {
  const all = reply.items.length;
  const most = Math.min(all, limits.answers);
  const whole = most === all ? encodeMessage(message(head, reply, reply.items, false), limits.bytes) : undefined;
  if (whole) return whole;
  const bare = withoutMetadata(reply);
  return encodeFirst(most) ?? encodeFirst(longestThatFits()) ?? encodeBare(1) ?? encodeBare(0);

  function encodeFirst(count: number): Buffer | undefined {
    if (count === 0 && all > 0) return undefined;
    return encodeMessage(message(head, bare, bare.items.slice(0, count), isCut(count)), limits.bytes);
  }

  /** Answers alone: what was beside them is dropped without a mark (RFC 2181 section 9). */
  function encodeBare(count: number): Buffer | undefined {
    const items = reply.items.slice(0, count);
    const truncated = isCut(count) || items.length < Math.min(1, all);
    return encodeMessage({ ...message(head, reply, items, truncated), authority: [], additional: [] }, limits.bytes);
  }

  function isCut(count: number): boolean {
    return settings.enableTruncate && count < all;
  }

  function longestThatFits(): number {
    let low = 0;
    let high = most - 1;
    while (low < high) {
      const middle = Math.ceil((low + high) / 2);
      if (encodeFirst(middle)) low = middle;
      else high = middle - 1;
    }
    return Math.max(0, low);
  }
}

/** What is beside an answer and no address: nice to have, and never worth an answer. */
function withoutMetadata(reply: Reply): Reply {
  const addresses = (records: readonly ResourceRecord[]) => records.filter(({ type }) => type !== 'TXT');
  const items = reply.items.map(({ record, extra }) => ({ record, extra: addresses(extra) }));
  return { ...reply, items, additional: addresses(reply.additional) };
}

export type Head = Pick<
  Message,
  'id' | 'opcode' | 'recursionDesired' | 'question' | 'ednsUdpSize' | 'subnet' | 'isCompressed'
>;

function message(head: Head, reply: Reply, items: readonly AnswerItem[], truncated: boolean): Message {
  const { rcode, authoritative, recursionAvailable, authority, additional } = reply;
  const beside = [...items.flatMap((item) => item.extra), ...additional];
  return {
    ...head,
    rcode,
    authoritative,
    truncated,
    recursionAvailable,
    answers: items.map((item) => item.record),
    authority,
    additional: beside.length > 1 ? distinct(beside) : beside,
  };
}

/** A record set holds no record twice (RFC 2181 section 5), though several answers may bring the same one. */
function distinct(records: readonly ResourceRecord[]): ResourceRecord[] {
  const seen = new Set<string>();
  return records.filter((record) => {
    const key = `${record.name} ${record.type} ${record.type === 'TXT' ? record.text : 'bytes' in record ? record.bytes.join() : ''}`;
    return !seen.has(key) && seen.add(key);
  });
}
