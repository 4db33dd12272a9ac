import { isIPv4, isIPv6, SocketAddress } from 'node:net';

/** An IP address as DNS carries it. IPv4 addresses written as IPv6 (`::ffff:10.0.0.1`) count as IPv4. */
export type Address = { readonly type: 'A' | 'AAAA'; readonly bytes: readonly number[] };

/** Reads an address as people register it. Undefined for anything else, such as a host name. */
export function parseAddress(text: string): Address | undefined {
  if (isIPv4(text)) return { type: 'A', bytes: text.split('.').map(Number) };
  const plain = text.split('%', 1)[0] ?? '';
  if (!isIPv6(plain)) return undefined;
  const bytes = ipv6Bytes(plain);
  return isMapped(bytes) ? { type: 'A', bytes: bytes.slice(12) } : { type: 'AAAA', bytes };
}

/** Four or sixteen bytes in the text form that the catalog's view compares with (RFC 5952). */
export function addressText(bytes: readonly number[]): string {
  if (bytes.length === 4) return bytes.join('.');
  const groups: string[] = [];
  for (let i = 0; i < 16; i += 2) groups.push((((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)).toString(16));
  return new SocketAddress({ address: groups.join(':'), family: 'ipv6' }).address;
}

/** The label of an `addr` name: `10.0.0.1` is `0a000001`. */
export function addressHex(address: Address): string {
  return address.bytes.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** The bytes of a label in hex, of any length. Undefined when it is not hex. */
export function hexBytes(label: string): number[] | undefined {
  if (label.length === 0 || label.length % 2 !== 0 || !/^[0-9a-f]+$/i.test(label)) return undefined;
  return label.match(/../g)?.map((pair) => Number.parseInt(pair, 16));
}

/** The address that a name under in-addr.arpa or ip6.arpa stands for. Undefined for a partial or malformed one. */
export function reverseAddress(labels: readonly string[]): string | undefined {
  const zone = labels.at(-2);
  const parts = labels.slice(0, -2).reverse();
  if (zone === 'in-addr') return isIPv4(parts.join('.')) ? parts.join('.') : undefined;
  if (parts.length !== 32 || !parts.every((nibble) => /^[0-9a-f]$/.test(nibble))) return undefined;
  const bytes = hexBytes(parts.join(''));
  return bytes && addressText(bytes);
}

function ipv6Bytes(text: string): number[] {
  const [head = '', tail] = text.split('::');
  const left = groupBytes(head);
  const right = tail === undefined ? [] : groupBytes(tail);
  return [...left, ...new Array<number>(16 - left.length - right.length).fill(0), ...right];
}

function groupBytes(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}

function isMapped(bytes: readonly number[]): boolean {
  return bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 0xff && bytes[11] === 0xff;
}
