/**
 * Clients of Consul take the two halves of an event's id, one over the other, for its index: `consul watch` computes it to find out where it was.
 * Ids are made such that this number fits into 53 bits: clients written in JavaScript can hold it, too.
 */
export function eventId(newUuid: () => string): string {
  const uuid = newUuid();
  const hex = uuid.replaceAll('-', '');
  const upper = BigInt(`0x${hex.slice(16)}`);
  const lower = (BigInt(`0x${hex.slice(0, 16)}`) & KEPT_BITS) | (upper & ~KEPT_BITS & ALL_BITS);
  const text = lower.toString(16).padStart(16, '0');
  return `${text.slice(0, 8)}-${text.slice(8, 12)}-${text.slice(12)}-${uuid.slice(19)}`;
}

const ALL_BITS = (1n << 64n) - 1n;
const KEPT_BITS = (1n << 53n) - 1n;

/** Decimal text of an unsigned 64-bit number: clients hand it back as `?index=`. */
export function eventIndex(id: string): string {
  const hex = id.replaceAll('-', '');
  return (BigInt(`0x${hex.slice(0, 16)}`) ^ BigInt(`0x${hex.slice(16)}`)).toString();
}
