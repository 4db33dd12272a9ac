import { connect as connectTcp, isIP } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { shuffled } from '../shuffle.ts';
import type { Ask } from './exchange.ts';
import { httpsRecursor } from './https.ts';
import { parseRecursor, type RecursorAddress } from './server-address.ts';
import { streamRecursor } from './stream.ts';
import { udpRecursor } from './udp.ts';

/** Asks other servers about names that are not ours. */
export type Recursor = {
  /** The first usable answer, with the id of the question; undefined when none gives one in time, or too many wait. Never rejects. */
  ask(message: Buffer, transport: 'udp' | 'tcp'): Promise<Buffer | undefined>;
  stop(): Promise<void>;
};

export type RecursorOptions = {
  /** As parseRecursor reads them; what it cannot read is left out. */
  readonly servers: readonly string[];
  /** In their order, or in any. */
  readonly strategy: 'sequential' | 'random';
  readonly timeoutMs: number;
  /** Questions that may wait at once. */
  readonly mostPending: number;
  /** 0 ≤ n < 1 */
  readonly random: () => number;
  /** Authorities beside those of the system, PEM, for `tls` and `https`. */
  readonly ca?: string;
};

type Server = { readonly udp: Ask; readonly tcp: Ask; close(): unknown };

export function createRecursor(options: RecursorOptions): Recursor {
  const servers = options.servers.flatMap((text) => parseRecursor(text) ?? []).map((one) => serverOf(one, options.ca));
  let pending = 0;
  return {
    async ask(message, transport) {
      if (pending >= options.mostPending) return undefined;
      pending += 1;
      try {
        const order = options.strategy === 'random' ? shuffled(servers, options.random) : servers;
        for (const server of order) {
          const answer = await server[transport](message, options.timeoutMs);
          if (answer && !hasFailed(answer)) return answer;
        }
        return undefined;
      } finally {
        pending -= 1;
      }
    },
    async stop() {
      await Promise.all(servers.map((server) => server.close()));
    },
  };
}

const SERVFAIL = 2;
const REFUSED = 5;

/** A server that cannot or will not say anything leaves the question to the next. */
function hasFailed(answer: Buffer): boolean {
  const rcode = (answer[3] ?? 0) & 0xf;
  return rcode === SERVFAIL || rcode === REFUSED;
}

function serverOf(address: RecursorAddress, ca: string | undefined): Server {
  switch (address.kind) {
    case 'plain': {
      const { host, port } = address;
      const stream = streamRecursor(() => connectTcp({ host, port }));
      return { udp: udpRecursor(address), tcp: stream.ask, close: stream.close };
    }
    case 'tls': {
      const stream = streamRecursor(() => dialTls(address, ca));
      return { udp: stream.ask, tcp: stream.ask, close: stream.close };
    }
    case 'https': {
      const server = httpsRecursor(address.url, ca);
      return { udp: server.ask, tcp: server.ask, close: server.close };
    }
  }
}

/** Server names are for names alone (RFC 6066 section 3); an address is looked for in the certificate all the same. */
function dialTls({ host, port, name }: Extract<RecursorAddress, { kind: 'tls' }>, ca: string | undefined) {
  const servername = isIP(name) === 0 ? { servername: name } : {};
  return connectTls({ host, port, ...servername, ...(ca !== undefined && { ca }) });
}
