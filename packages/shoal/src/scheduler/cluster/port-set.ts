/** Ports in use on one address: a bit each, made when the first is taken. */
export class PortSet {
  #taken: Uint32Array | undefined;
  #reserved: Uint32Array | undefined;
  /** How often a port is held beyond once: an allocation and its successor, while they change places. */
  readonly #again = new Map<number, number>();

  has(port: number): boolean {
    return bit(this.#taken, port) || bit(this.#reserved, port);
  }

  take(port: number): void {
    this.#taken ??= new Uint32Array(2048);
    if (bit(this.#taken, port)) this.#again.set(port, (this.#again.get(port) ?? 0) + 1);
    else this.#taken[port >>> 5]! |= 1 << (port & 31);
  }

  release(port: number): void {
    const again = this.#again.get(port);
    if (again === undefined) {
      if (this.#taken) this.#taken[port >>> 5]! &= ~(1 << (port & 31));
    } else if (again === 1) this.#again.delete(port);
    else this.#again.set(port, again - 1);
  }

  reserve(ports: Iterable<number>): void {
    this.#reserved = undefined;
    for (const port of ports) {
      this.#reserved ??= new Uint32Array(2048);
      this.#reserved[port >>> 5]! |= 1 << (port & 31);
    }
  }

  /** From the first to the last, both included. */
  countTaken(first: number, last: number): number {
    if (!this.#taken && !this.#reserved) return 0;
    let count = 0;
    for (let word = first >>> 5; word <= last >>> 5; word++) {
      const below = word === first >>> 5 ? (1 << (first & 31)) - 1 : 0;
      const upTo = word === last >>> 5 ? ~0 >>> (31 - (last & 31)) : ~0;
      count += ones(((this.#taken?.[word] ?? 0) | (this.#reserved?.[word] ?? 0)) & upTo & ~below);
    }
    return count;
  }
}

/** The number of bits that are set in 32. */
function ones(bits: number): number {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const fours = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return Math.imul((fours + (fours >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

function bit(bits: Uint32Array | undefined, port: number): boolean {
  return bits !== undefined && (bits[port >>> 5]! & (1 << (port & 31))) !== 0;
}

/** "22,80,8500-8600": ports and ranges, as a node's configuration writes them. What is no port is passed over. */
export function parsePorts(text: string): number[] {
  const ports: number[] = [];
  for (const part of text.split(',')) {
    const [first, last] = part.trim().split('-');
    const from = Number(first);
    const to = last === undefined ? from : Number(last);
    if (first === '' || !isPort(from) || !isPort(to)) continue;
    for (let port = from; port <= to; port++) ports.push(port);
  }
  return ports;
}

function isPort(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= 65_535;
}
