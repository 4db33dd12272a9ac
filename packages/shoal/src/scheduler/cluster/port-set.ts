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

  countTaken(from: number, to: number): number {
    let count = 0;
    if (this.#taken || this.#reserved) for (let port = from; port <= to; port++) count += Number(this.has(port));
    return count;
  }
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
