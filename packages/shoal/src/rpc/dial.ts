import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type ConnectionOptions, checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { CertificateError, isCertificateFailure, ServersUnavailableError } from './errors.ts';
import { type ServerAddress, serverText } from './server-list.ts';

/** Time between the beginnings of two attempts. Packets of the first may be lost; it may still be the one that succeeds. */
const STAGGER_MS = 1_000;
const GIVE_UP_MS = 8_000;
/** Before the second round over the same places, so that a server that refuses is not asked in a loop. */
const ROUND_MS = 200;

export type Dialled = { readonly socket: TLSSocket; readonly server: ServerAddress };

export type DialOptions = {
  readonly servers: readonly ServerAddress[];
  readonly tls: ConnectionOptions;
  readonly signal: AbortSignal;
  readonly staggerMs?: number;
  readonly giveUpMs?: number;
};

/**
 * Connects to the first server that takes the connection. Names are resolved anew each time. An attempt that hangs is not waited for: another
 * one begins beside it, at the next address or the same, so that after a cut the first packet that gets through is enough.
 * Rejects with CertificateError when every server that answered shows a wrong certificate, else with ServersUnavailableError.
 */
export async function dial(options: DialOptions): Promise<Dialled> {
  const { staggerMs = STAGGER_MS, giveUpMs = GIVE_UP_MS, signal } = options;
  const names = options.servers.map(serverText).join(', ');
  const places = await resolve(options.servers);
  if (places.length === 0) throw new ServersUnavailableError(names || '(none known)', new Error('no address is known'));
  return new Promise((resolve, reject) => {
    const open = new Set<TLSSocket>();
    let next = 0;
    let failed = 0;
    let certificate: CertificateError | undefined;
    let stagger: NodeJS.Timeout | undefined;

    const end = () => {
      clearTimeout(stagger);
      clearTimeout(overall);
      signal.removeEventListener('abort', aborted);
      for (const socket of open) socket.destroy();
    };
    const fail = (error: unknown) => {
      end();
      reject(certificate ?? new ServersUnavailableError(names, error));
    };
    const aborted = () => fail(signal.reason);
    const overall = setTimeout(() => fail(new Error(`no connection within ${giveUpMs} ms`)), giveUpMs);
    const attempt = () => {
      clearTimeout(stagger);
      const place = places[next % places.length] as Place;
      next += 1;
      stagger = setTimeout(attempt, staggerMs);
      const socket = connect({ ...options.tls, host: place.address, port: place.server.port });
      open.add(socket);
      socket.once('secureConnect', () => {
        open.delete(socket);
        socket.removeAllListeners('error').on('error', () => socket.destroy());
        end();
        resolve({ socket, server: place.server });
      });
      socket.once('error', (error) => {
        open.delete(socket);
        socket.destroy();
        failed += 1;
        if (isCertificateFailure(error)) certificate = new CertificateError(serverText(place.server), error);
        if (failed >= places.length && open.size === 0) return fail(error);
        clearTimeout(stagger);
        stagger = setTimeout(attempt, next < places.length ? 0 : ROUND_MS);
      });
    };
    signal.addEventListener('abort', aborted, { once: true });
    if (signal.aborted) aborted();
    else attempt();
  });
}

type Place = { readonly address: string; readonly server: ServerAddress };

/** A name may stand for several servers; one that cannot be resolved is passed over. */
async function resolve(servers: readonly ServerAddress[]): Promise<Place[]> {
  const found = await Promise.all(
    servers.map(async (server) => {
      if (isIP(server.host) !== 0) return [{ address: server.host, server }];
      const addresses = await lookup(server.host, { all: true }).catch(() => []);
      return addresses.map(({ address }) => ({ address, server }));
    }),
  );
  return found.flat();
}

/** Takes a certificate that has any of the names. */
export function anyName(names: readonly string[]): (host: string, certificate: PeerCertificate) => Error | undefined {
  return (_host, certificate) => {
    const errors = names.map((name) => checkServerIdentity(name, certificate));
    return errors.some((error) => error === undefined) ? undefined : errors[0];
  };
}
