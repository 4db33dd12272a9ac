import { readFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import type { Log } from '../log.ts';
import type { TlsContent } from './connections.ts';
import { DatacenterFileError } from './errors.ts';
import { createKeptReadings } from './kept-readings.ts';
import { type Pulse, takePulse } from './pulse.ts';
import { createRemote, type Remote, type RemoteLimits } from './remote.ts';
import { createRemoteCatalog, type RemoteCatalog } from './remote-catalog.ts';
import type { RemoteSettings } from './settings.ts';

/** The other datacenters that this agent reaches by their Consul APIs. */
export type Federation = {
  /** The nearest by round trip first; those that do not answer last. */
  list(): readonly Datacenter[];
  /** Compared without case. */
  get(name: string): Datacenter | undefined;
  /** Takes other settings: a datacenter whose settings and files are the same goes on. Rejects with DatacenterFileError, and then nothing has changed. */
  use(wanted: Readonly<Record<string, RemoteSettings>>): Promise<void>;
  stop(): void;
};

export type Datacenter = Pick<Remote, 'name' | 'send' | 'ask'> &
  Pick<Pulse, 'roundTripMs' | 'servers'> & { readonly catalog: RemoteCatalog };

export type FederationDeps = {
  readonly log: Log;
  /** Milliseconds of a clock that only runs forward. */
  readonly now: () => number;
  readonly limits?: Partial<RemoteLimits>;
};

type Read = { readonly settings: RemoteSettings; readonly tls: TlsContent };
type Running = { readonly read: Read; readonly datacenter: Datacenter; stop(): void };

export function createFederation(deps: FederationDeps): Federation {
  let running = new Map<string, Running>();
  return {
    list() {
      const all = [...running.values()].map(({ datacenter }) => datacenter);
      // Infinity minus infinity is no number.
      return all.sort((a, b) => (nearer(a, b) ? -1 : nearer(b, a) ? 1 : a.name.localeCompare(b.name)));
    },
    get: (name) => running.get(name.toLowerCase())?.datacenter,
    async use(wanted) {
      const read = await Promise.all(
        Object.entries(wanted).map(
          async ([name, settings]) => [name, { settings, tls: await tlsContent(name, settings) }] as const,
        ),
      );
      const before = running;
      const kept = (name: string, now: Read) => {
        const held = before.get(name);
        return held && isDeepStrictEqual(held.read, now) ? held : undefined;
      };
      running = new Map(read.map(([name, one]) => [name, kept(name, one) ?? start(name, one, deps)]));
      const still = new Set(running.values());
      for (const one of before.values()) if (!still.has(one)) one.stop();
    },
    stop() {
      for (const one of running.values()) one.stop();
      running = new Map();
    },
  };
}

function nearer(one: Datacenter, other: Datacenter): boolean {
  return one.roundTripMs() < other.roundTripMs();
}

function start(name: string, read: Read, { log, now, limits }: FederationDeps): Running {
  const { addresses, token } = read.settings;
  const remote = createRemote({ name, addresses, token, tls: read.tls, now, ...(limits && { limits }) });
  const readings = createKeptReadings(remote, now);
  const pulse = takePulse({ remote, onLost: () => readings.forget(), log });
  const { send, ask } = remote;
  const { roundTripMs, servers } = pulse;
  return {
    read,
    datacenter: { name, send, ask, roundTripMs, servers, catalog: createRemoteCatalog(name, readings) },
    stop() {
      pulse.stop();
      readings.forget();
      remote.close();
    },
  };
}

async function tlsContent(name: string, { tls }: RemoteSettings): Promise<TlsContent> {
  const contentOf = async (file: string | undefined) => {
    if (file === undefined) return undefined;
    return readFile(file, 'utf8').catch((error: unknown) => {
      throw new DatacenterFileError(name, file, error);
    });
  };
  const [ca, cert, key] = await Promise.all([tls.caFile, tls.certFile, tls.keyFile].map(contentOf));
  return {
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
    ...(tls.serverName !== undefined && { servername: tls.serverName }),
  };
}
