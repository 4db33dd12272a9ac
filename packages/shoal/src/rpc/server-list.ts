/** A server's agents' port. */
export type ServerAddress = { readonly host: string; readonly port: number };

/** Ports on which the peers' agents gossip. There is no gossip here: whoever writes them means the agents' port. */
const GOSSIP_PORTS: ReadonlySet<number> = new Set([4648, 8301]);

/** `name`, `10.0.0.1:4647`, `[fd00::1]:4647`, `fd00::1`; undefined for what is no address. */
export function parseServer(text: string, defaultPort: number): ServerAddress | undefined {
  const trimmed = text.trim();
  const bracketed = /^\[([^\]]+)\](?::(\d+))?$/.exec(trimmed);
  const plain = /^([^:\s/]+)(?::(\d+))?$/.exec(trimmed);
  const bare = /^[0-9a-f:.]+$/i.test(trimmed) && trimmed.includes('::') ? trimmed : undefined;
  const host = bracketed?.[1] ?? plain?.[1] ?? bare;
  if (host === undefined) return undefined;
  const port = Number(bracketed?.[2] ?? plain?.[2] ?? defaultPort);
  return port > 0 && port < 65_536 ? { host, port: GOSSIP_PORTS.has(port) ? defaultPort : port } : undefined;
}

export function serverText({ host, port }: ServerAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/**
 * The servers that an agent knows: those it was configured with, which are never forgotten, and those that the servers told it of. The one that
 * answered last is asked first.
 */
export class ServerList {
  readonly #seeds: readonly ServerAddress[];
  #learnt: readonly ServerAddress[] = [];
  #preferred: string | undefined;

  constructor(seeds: readonly ServerAddress[]) {
    this.#seeds = seeds;
  }

  /** In the order in which they should be tried. */
  all(): ServerAddress[] {
    const unique = new Map([...this.#learnt, ...this.#seeds].map((server) => [serverText(server), server]));
    const preferred = this.#preferred === undefined ? undefined : unique.get(this.#preferred);
    if (preferred === undefined) return [...unique.values()];
    return [preferred, ...[...unique.values()].filter((server) => server !== preferred)];
  }

  /** True when that is news. */
  learn(servers: readonly ServerAddress[]): boolean {
    const before = this.#learnt.map(serverText).sort().join();
    if (servers.length === 0 || servers.map(serverText).sort().join() === before) return false;
    this.#learnt = servers;
    return true;
  }

  learnt(): readonly ServerAddress[] {
    return this.#learnt;
  }

  answered(server: ServerAddress): void {
    this.#preferred = serverText(server);
  }

  /** For messages. */
  toString(): string {
    return this.all().map(serverText).join(', ') || 'none';
  }
}
