import { isIPv4, isIPv6 } from 'node:net';
import { isWhole, toBigInt } from '../big-float.ts';
import { stringType } from '../types.ts';
import { listValue, stringValue, type Value } from '../values.ts';
import { define, defineVariadic, number, numberOf, text, textOf, wholeOf } from './arguments.ts';
import { FunctionError, type HclFunction } from './function.ts';

/** A block of addresses: the first one as a number, how many bits an address has, and how many of them are fixed. */
type Prefix = { address: bigint; bits: 32 | 128; length: number };

function parsePrefix(source: string): Prefix {
  const [, host, lengthText] = /^([^/]+)\/(\d{1,3})$/.exec(source) ?? [];
  const bits = host === undefined ? 0 : isIPv4(host) ? 32 : isIPv6(host) ? 128 : 0;
  const length = Number(lengthText);
  if (bits === 0 || length > bits) throw new FunctionError(`"${source}" is not an address prefix such as 10.0.0.0/8`);
  const address = bits === 32 ? parseIPv4(host!) : parseIPv6(host!);
  return { address: address & mask({ bits, length }), bits, length };
}

function parseIPv4(source: string): bigint {
  return source.split('.').reduce((total, part) => total * 256n + BigInt(part), 0n);
}

function parseIPv6(source: string): bigint {
  const hex = source.replace(/%.*$/, '').replace(/\d+\.\d+\.\d+\.\d+$/, (v4) => {
    const n = parseIPv4(v4);
    return `${(n >> 16n).toString(16)}:${(n & 0xffffn).toString(16)}`;
  });
  const [head = '', tail] = hex.split('::');
  const groups = (part: string) => (part === '' ? [] : part.split(':'));
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].reduce((total, group) => total * 65536n + BigInt(`0x${group}`), 0n);
}

function mask({ bits, length }: Pick<Prefix, 'bits' | 'length'>): bigint {
  const host = BigInt(bits - length);
  return ((1n << BigInt(length)) - 1n) << host;
}

function formatAddress(address: bigint, bits: 32 | 128): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => String((address >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, i) => ((address >> BigInt(112 - 16 * i)) & 0xffffn).toString(16));
  return compress(groups);
}

/** The longest run of two or more zero groups, the first of equals, is left out (RFC 5952). */
function compress(groups: readonly string[]): string {
  let best = { start: 0, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (groups[start + length] === '0') length++;
    if (length > best.length) best = { start, length };
  }
  if (best.length < 2) return groups.join(':');
  return `${groups.slice(0, best.start).join(':')}::${groups.slice(best.start + best.length).join(':')}`;
}

function bigOf(value: Value | undefined): bigint {
  const n = numberOf(value);
  const whole = isWhole(n) ? toBigInt(n) : undefined;
  if (whole === undefined) throw new FunctionError('a whole number is needed');
  return whole;
}

/** A negative number counts from the end of the block. */
function host(source: string, n: bigint): string {
  const prefix = parsePrefix(source);
  const size = 1n << BigInt(prefix.bits - prefix.length);
  const offset = n < 0n ? size + n : n;
  if (offset < 0n || offset >= size) throw new FunctionError(`the prefix ${source} has no host number ${n}`);
  return formatAddress(prefix.address + offset, prefix.bits);
}

function subnet(source: string, newBits: number, n: bigint): string {
  const prefix = parsePrefix(source);
  const length = prefix.length + newBits;
  if (newBits < 0 || length > prefix.bits)
    throw new FunctionError(`a prefix of ${prefix.length} bits cannot be made ${newBits} bits longer`);
  if (n < 0n || n >= 1n << BigInt(newBits))
    throw new FunctionError(`with ${newBits} new bits there is no subnet number ${n}`);
  const address = prefix.address + (n << BigInt(prefix.bits - length));
  return `${formatAddress(address, prefix.bits)}/${length}`;
}

/** One block behind the other, each beginning where its size lets it. */
function subnets(source: string, sizes: readonly number[]): string[] {
  const { address, bits, length } = parsePrefix(source);
  const end = address + (1n << BigInt(bits - length));
  let next = address;
  return sizes.map((newBits, i) => {
    const own = length + newBits;
    if (newBits < 1 || own > bits) throw new FunctionError(`the prefix cannot be made ${newBits} bits longer`, i + 1);
    const size = 1n << BigInt(bits - own);
    const start = ((next + size - 1n) / size) * size;
    if (start + size > end) throw new FunctionError(`there is no room left for ${newBits} bits in ${source}`, i + 1);
    next = start + size;
    return `${formatAddress(start, bits)}/${own}`;
  });
}

export const networkFunctions: Readonly<Record<string, HclFunction>> = {
  /** The address of a number in a network; negative numbers count from its end. */
  cidrhost: define([text('prefix'), number('hostnum')], (prefix, n) => stringValue(host(textOf(prefix), bigOf(n)))),
  /** The mask of an IPv4 network, such as 255.255.0.0. */
  cidrnetmask: define([text('prefix')], (prefix) => {
    const parsed = parsePrefix(textOf(prefix));
    return stringValue(formatAddress(mask(parsed), parsed.bits));
  }),
  /** The network of a number among those with so many more bits. */
  cidrsubnet: define([text('prefix'), number('newbits'), number('netnum')], (prefix, newBits, n) =>
    stringValue(subnet(textOf(prefix), wholeOf(newBits, 'the number of bits'), bigOf(n))),
  ),
  /** Networks with so many more bits, one behind the other. */
  cidrsubnets: defineVariadic([text('prefix')], number('newbits'), ([prefix], sizes) => {
    const blocks = subnets(
      textOf(prefix),
      sizes.map((size, i) => wholeOf(size, 'the number of bits', i + 1)),
    );
    return listValue(stringType, blocks.map(stringValue));
  }),
};
