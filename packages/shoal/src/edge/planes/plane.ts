import type { Route, TcpRoute } from '../route.ts';

/** Everything that a data plane should be doing. Always the whole, never a difference. */
export type DesiredConfig = { readonly routes: readonly Route[]; readonly tcp: readonly TcpRoute[] };

/** Where a data plane listens. Port 0 takes a free one. */
export type PlaneAddress = { readonly host: string; readonly port: number };

/**
 * What carries the requests. The controller calls `start` once, `apply` after each change of the catalog (one at a time, the newest wins), and `stop` at
 * the end. A failed `apply` leaves what was applied before in force and is repeated with the next change.
 */
export type DataPlane = {
  readonly name: string;
  /** Resolves when requests are taken. Throws `EdgeListenError` for an address that cannot be listened on. May be called twice. */
  start(): Promise<void>;
  /**
   * Resolves when new requests follow the configuration. Backends that are gone get no new request, and their running ones finish.
   */
  apply(desired: DesiredConfig): Promise<void>;
  /** Takes no new connections, lets running requests finish for a while, then ends them. May be called twice. */
  stop(): Promise<void>;
  /** Takes requests on one more address, by the rule of `start`; ports of TCP routes follow on its host. */
  listen(address: PlaneAddress): Promise<void>;
  addresses(): PlaneAddress[];
  stats(): PlaneStats;
};

/** Counters since the start, and what is going on now. */
export type PlaneStats = {
  readonly requests: number;
  /** Requests, tunnels and TCP connections that run now. */
  readonly active: number;
  /** Answers by class of status: `2xx`, `3xx`, … */
  readonly responses: Readonly<Record<string, number>>;
  /** Attempts that were made again on another instance. */
  readonly retries: number;
  /** Attempts that failed on the way to or at an instance. */
  readonly upstreamFailures: number;
  /** Requests that no route was for. */
  readonly noRoute: number;
  /** Requests whose route had no healthy instance. */
  readonly noInstance: number;
  /** Requests that the client gave up. */
  readonly clientAborts: number;
  readonly upgrades: number;
  /** Tunnels, such as those of WebSocket, that are open now. */
  readonly tunnels: number;
  /** Connections to ports of TCP routes, and how many of them are open now. */
  readonly tcpConnections: number;
  readonly tcpActive: number;
  /** TCP connections that were reset because no instance took them. */
  readonly tcpRefused: number;
  /** Connections and messages that were no proper HTTP. */
  readonly badRequests: number;
};
