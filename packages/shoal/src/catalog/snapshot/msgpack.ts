/**
 * MessagePack (https://github.com/msgpack/msgpack/blob/master/spec-old.md) as Consul writes its snapshots: texts and bytes are both "raw". What is read as
 * raw is a Buffer, keys of maps are texts; integers over 2^53 are bigints.
 */
export type Packed = null | boolean | number | bigint | string | Uint8Array | readonly Packed[] | PackedMap;
export type PackedMap = { readonly [key: string]: Packed | undefined };
export type Unpacked = null | boolean | number | bigint | Buffer | Unpacked[] | { [key: string]: Unpacked };

const MAX_DEPTH = 64;

/** Fields that are undefined are left out. */
export function pack(value: Packed): Buffer {
  const parts: Buffer[] = [];
  write(value, parts);
  return Buffer.concat(parts);
}

/** The head of a map, whose entries follow. */
export function packMapHead(size: number): Buffer {
  return size < 16 ? Buffer.of(0x80 | size) : withUint32(0xdf, size);
}

/** The head of a raw, whose bytes follow. */
export function packRawHead(length: number): Buffer {
  if (length < 32) return Buffer.of(0xa0 | length);
  return length < 0x1_0000 ? Buffer.of(0xda, length >> 8, length & 0xff) : withUint32(0xdb, length);
}

function write(value: Packed, parts: Buffer[]): void {
  if (value === null) parts.push(Buffer.of(0xc0));
  else if (typeof value === 'boolean') parts.push(Buffer.of(value ? 0xc3 : 0xc2));
  else if (typeof value === 'number' || typeof value === 'bigint') parts.push(number(value));
  else if (typeof value === 'string' || value instanceof Uint8Array) {
    const bytes = Buffer.from(value as string);
    parts.push(packRawHead(bytes.length), bytes);
  } else if (Array.isArray(value)) {
    parts.push(value.length < 16 ? Buffer.of(0x90 | value.length) : withUint32(0xdd, value.length));
    for (const item of value as readonly Packed[]) write(item, parts);
  } else {
    const entries = Object.entries(value as PackedMap).flatMap(([key, field]) =>
      field === undefined ? [] : [[key, field] as const],
    );
    parts.push(packMapHead(entries.length));
    for (const [key, field] of entries) {
      write(key, parts);
      write(field, parts);
    }
  }
}

function number(value: number | bigint): Buffer {
  if (typeof value === 'number' && !Number.isSafeInteger(value)) {
    const bytes = Buffer.alloc(9, 0xcb);
    bytes.writeDoubleBE(value, 1);
    return bytes;
  }
  if (value >= 0 && value < 0x80) return Buffer.of(Number(value));
  const bytes = Buffer.alloc(9, value < 0 ? 0xd3 : 0xcf);
  if (value < 0) bytes.writeBigInt64BE(BigInt(value), 1);
  else bytes.writeBigUInt64BE(BigInt(value), 1);
  return bytes;
}

function withUint32(type: number, value: number): Buffer {
  const bytes = Buffer.alloc(5, type);
  bytes.writeUInt32BE(value, 1);
  return bytes;
}

/** Reads one value after the other. Throws RangeError at the end of what there is, and for what is no MessagePack. */
export class Unpacker {
  readonly #bytes: Buffer;
  #at: number;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#at = 0;
  }

  get isAtEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  byte(): number {
    const at = this.#take(1);
    return this.#bytes[at] as number;
  }

  value(depth = 0): Unpacked {
    if (depth > MAX_DEPTH) throw new RangeError('values are nested too deeply');
    const type = this.byte();
    if (type < 0x80) return type;
    if (type < 0x90) return this.#map(type & 0x0f, depth);
    if (type < 0xa0) return this.#list(type & 0x0f, depth);
    if (type < 0xc0) return this.#raw(type & 0x1f);
    if (type >= 0xe0) return type - 0x100;
    return this.#typed(type, depth);
  }

  #typed(type: number, depth: number): Unpacked {
    const bytes = this.#bytes;
    switch (type) {
      case 0xc0:
        return null;
      case 0xc2:
        return false;
      case 0xc3:
        return true;
      case 0xca:
        return bytes.readFloatBE(this.#take(4));
      case 0xcb:
        return bytes.readDoubleBE(this.#take(8));
      case 0xcc:
        return this.byte();
      case 0xcd:
        return this.#uint16();
      case 0xce:
        return this.#uint32();
      case 0xcf:
        return fitting(bytes.readBigUInt64BE(this.#take(8)));
      case 0xd0:
        return bytes.readInt8(this.#take(1));
      case 0xd1:
        return bytes.readInt16BE(this.#take(2));
      case 0xd2:
        return bytes.readInt32BE(this.#take(4));
      case 0xd3:
        return fitting(bytes.readBigInt64BE(this.#take(8)));
      case 0xc4:
      case 0xd9:
        return this.#raw(this.byte());
      case 0xc5:
      case 0xda:
        return this.#raw(this.#uint16());
      case 0xc6:
      case 0xdb:
        return this.#raw(this.#uint32());
      case 0xdc:
        return this.#list(this.#uint16(), depth);
      case 0xdd:
        return this.#list(this.#uint32(), depth);
      case 0xde:
        return this.#map(this.#uint16(), depth);
      case 0xdf:
        return this.#map(this.#uint32(), depth);
      default:
        throw new RangeError(`there is no type 0x${type.toString(16)}`);
    }
  }

  #uint16(): number {
    return this.#bytes.readUInt16BE(this.#take(2));
  }

  #uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4));
  }

  #raw(length: number): Buffer {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  #list(size: number, depth: number): Unpacked[] {
    const items: Unpacked[] = [];
    for (let count = 0; count < size; count += 1) items.push(this.value(depth + 1));
    return items;
  }

  #map(size: number, depth: number): { [key: string]: Unpacked } {
    const map = Object.create(null) as { [key: string]: Unpacked };
    for (let count = 0; count < size; count += 1) {
      const key = this.value(depth + 1);
      map[Buffer.isBuffer(key) ? key.toString() : String(key)] = this.value(depth + 1);
    }
    return map;
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw new RangeError('it is cut off');
    this.#at += length;
    return at;
  }
}

function fitting(value: bigint): number | bigint {
  const small = Number(value);
  return Number.isSafeInteger(small) ? small : value;
}
