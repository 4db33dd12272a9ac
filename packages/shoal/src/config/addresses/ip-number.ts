import { isIP } from 'node:net';

/** An address as a number, to count with. */
export type IpNumber = { readonly family: 4 | 6; readonly value: bigint };

export const bitsOf = (family: 4 | 6) => (family === 4 ? 32 : 128);

/** Undefined for what is no address. */
export function ipNumber(address: string): IpNumber | undefined {
  const family = isIP(address);
  if (family === 4) return { family, value: fromParts(address.split('.').map(Number), 8) };
  return family === 6 ? { family, value: fromParts(groupsOf(address), 16) } : undefined;
}

function fromParts(parts: readonly number[], bits: number): bigint {
  return parts.reduce((value, part) => (value << BigInt(bits)) | BigInt(part), 0n);
}

/** The eight groups of an IPv6 address, whose last two may be written as an IPv4 address. */
function groupsOf(address: string): number[] {
  const [head = '', tail] = address.split('::');
  const left = groupsIn(head);
  if (tail === undefined) return left;
  const right = groupsIn(tail);
  return [...left, ...Array<number>(8 - left.length - right.length).fill(0), ...right];
}

function groupsIn(text: string): number[] {
  if (text === '') return [];
  return text.split(':').flatMap((group) => {
    if (!group.includes('.')) return Number.parseInt(group, 16);
    const [a = 0, b = 0, c = 0, d = 0] = group.split('.').map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}

/** The address of a number, which is cut to the size of addresses. IPv6 as RFC 5952 writes it. */
export function ipText({ family, value }: IpNumber): string {
  const size = family === 4 ? 8 : 16;
  const parts = Array.from({ length: bitsOf(family) / size }, (_, at) =>
    Number((value >> BigInt(bitsOf(family) - size * (at + 1))) & ((1n << BigInt(size)) - 1n)),
  );
  return family === 4 ? parts.join('.') : shortened(parts);
}

function shortened(groups: readonly number[]): string {
  const text = groups.map((group) => group.toString(16)).join(':');
  const runs = [...text.matchAll(/(?<![0-9a-f])0(?::0)+(?![0-9a-f])/g)].map(([run]) => run);
  const longest = runs.reduce((best, run) => (run.length > best.length ? run : best), '');
  return longest === '' ? text : text.replace(longest, '::').replace(/:{3,}/g, '::');
}

/** A number with `prefix` ones in front. */
export function maskOf(family: 4 | 6, prefix: number): bigint {
  const bits = BigInt(bitsOf(family));
  return ((1n << BigInt(prefix)) - 1n) << (bits - BigInt(prefix));
}
