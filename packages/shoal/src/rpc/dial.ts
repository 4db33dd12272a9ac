import { type ConnectionOptions, checkServerIdentity, connect, type PeerCertificate, type TLSSocket } from 'node:tls';
import { CertificateError, isCertificateFailure, ServersUnavailableError } from './errors.ts';
import type { Names } from './names.ts';
import { type ServerAddress, serverText } from './server-list.ts';

/** Time between the beginnings of two attempts. Packets of the first may be lost; it may still be the one that succeeds. */
const STAGGER_MS = 1_000;
const GIVE_UP_MS = 8_000;
/** What lies idle is asked after, so that nothing between the two forgets it. */
const KEEP_ALIVE_MS = 15_000;
/** Before a place that has refused is asked again. */
const ROUND_MS = 200;
/** How long a name may take while all known addresses have refused. */
const RESOLVE_MS = 1_000;

export type Dialled = { readonly socket: TLSSocket; readonly server: ServerAddress };

export type DialOptions = {
  readonly servers: readonly ServerAddress[];
  readonly names: Names;
  readonly tls: ConnectionOptions;
  readonly signal: AbortSignal;
  readonly staggerMs?: number;
  readonly giveUpMs?: number;
};

/**
 * Connects to the first server that takes the connection. Names are resolved anew each time, beside the attempts at addresses that are known. An
 * attempt that hangs is not waited for: another one begins beside it, at the next address or the same, so that after a cut the first packet that
 * gets through is enough.
 * Rejects with CertificateError when a server that answered shows a wrong certificate, else with ServersUnavailableError.
 */
export function dial(options: DialOptions): Promise<Dialled> {
  return new Promise((resolve, reject) => new Dialling(options, resolve, reject).begin());
}

type Place = { readonly address: string; readonly server: ServerAddress };

class Dialling {
  readonly #options: DialOptions;
  readonly #resolve: (dialled: Dialled) => void;
  readonly #reject: (error: Error) => void;
  readonly #open = new Set<TLSSocket>();
  readonly #failed = new Set<string>();
  #next = 0;
  #isResolving = true;
  #hasEnded = false;
  #error: unknown = new Error('no address is known');
  #certificate: CertificateError | undefined;
  #attempt: NodeJS.Timeout | undefined;
  #overall: NodeJS.Timeout | undefined;
  #patience: NodeJS.Timeout | undefined;
  readonly #aborted = () => this.#fail(this.#options.signal.reason);

  constructor(options: DialOptions, resolve: (dialled: Dialled) => void, reject: (error: Error) => void) {
    this.#options = options;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  begin(): void {
    const { servers, names, signal, giveUpMs = GIVE_UP_MS } = this.#options;
    if (signal.aborted) {
      this.#aborted();
      return;
    }
    signal.addEventListener('abort', this.#aborted, { once: true });
    this.#overall = setTimeout(() => this.#fail(new Error(`no connection within ${giveUpMs} ms`)), giveUpMs);
    const lookups = servers.map(({ host }) =>
      names.refresh(host).then(() => {
        if (!this.#hasEnded && this.#open.size === 0 && this.#attempt === undefined) this.#try();
      }),
    );
    const resolved = Promise.all(lookups);
    void resolved.then(() => this.#resolved());
    this.#patience = setTimeout(() => this.#places().length > 0 && this.#resolved(), RESOLVE_MS);
    this.#try();
  }

  #resolved(): void {
    this.#isResolving = false;
    this.#giveUpIfOver();
  }

  #places(): Place[] {
    const { servers, names } = this.#options;
    return servers.flatMap((server) => names.addresses(server.host).map((address) => ({ address, server })));
  }

  #try(): void {
    const places = this.#places();
    const place = places[this.#next % places.length];
    this.#next += 1;
    if (!place || this.#hasEnded) return;
    this.#plan(this.#options.staggerMs ?? STAGGER_MS);
    const socket = connect({ ...this.#options.tls, host: place.address, port: place.server.port });
    this.#open.add(socket);
    socket.once('secureConnect', () => this.#connected(socket, place));
    socket.once('error', (error) => this.#broke(socket, place, error));
  }

  #plan(ms: number): void {
    clearTimeout(this.#attempt);
    this.#attempt = setTimeout(() => {
      this.#attempt = undefined;
      this.#try();
    }, ms);
  }

  #connected(socket: TLSSocket, { server }: Place): void {
    this.#open.delete(socket);
    socket.removeAllListeners('error').on('error', () => socket.destroy());
    socket.setKeepAlive(true, KEEP_ALIVE_MS);
    this.#end();
    this.#resolve({ socket, server });
  }

  #broke(socket: TLSSocket, place: Place, error: Error): void {
    this.#open.delete(socket);
    socket.destroy();
    if (this.#hasEnded) return;
    this.#failed.add(placeKey(place));
    this.#error = error;
    if (isCertificateFailure(error)) this.#certificate = new CertificateError(serverText(place.server), error);
    this.#giveUpIfOver();
    const isNew = this.#places().some((other) => !this.#failed.has(placeKey(other)));
    if (!this.#hasEnded) this.#plan(isNew ? 0 : ROUND_MS);
  }

  /** Every place has refused, and no other is going to turn up. */
  #giveUpIfOver(): void {
    if (this.#hasEnded || this.#isResolving || this.#open.size > 0) return;
    if (this.#places().every((place) => this.#failed.has(placeKey(place)))) this.#fail(this.#error);
  }

  #fail(error: unknown): void {
    if (this.#hasEnded) return;
    this.#end();
    const names = this.#options.servers.map(serverText).join(', ') || '(none known)';
    this.#reject(this.#certificate ?? new ServersUnavailableError(names, error));
  }

  #end(): void {
    this.#hasEnded = true;
    clearTimeout(this.#attempt);
    clearTimeout(this.#overall);
    clearTimeout(this.#patience);
    this.#options.signal.removeEventListener('abort', this.#aborted);
    for (const socket of this.#open) socket.destroy();
  }
}

function placeKey({ address, server }: Place): string {
  return `${address} ${server.port}`;
}

/** Takes a certificate that has any of the names. */
export function anyName(names: readonly string[]): (host: string, certificate: PeerCertificate) => Error | undefined {
  return (_host, certificate) => {
    const errors = names.map((name) => checkServerIdentity(name, certificate));
    return errors.some((error) => error === undefined) ? undefined : errors[0];
  };
}
