const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** What the embedded plane allows and waits for. Times are in milliseconds. */
export type EmbeddedSettings = {
  /** Until a connection to an instance stands; then the next instance is tried. Default 2 s. */
  readonly connectTimeoutMs: number;
  /** Until an instance begins to answer; then 504. Default 60 s. */
  readonly responseTimeoutMs: number;
  /** A connection on which nothing moves in the middle of an exchange is cut. Default 10 min. */
  readonly idleTimeoutMs: number;
  /** A TCP connection on which nothing moves is cut; databases' clients keep theirs for hours. Default 24 h. */
  readonly tcpIdleTimeoutMs: number;
  /** Until a client has sent its request's header; then 408. Default 10 s. */
  readonly headersTimeoutMs: number;
  /** Until a client has sent the whole of its request. Default 1 h. */
  readonly requestTimeoutMs: number;
  /** How long an idle connection of a client is kept. Default 60 s. */
  readonly keepAliveMs: number;
  /** Bytes of a request's header; more is 431. Default 32 KiB. */
  readonly mostHeaderBytes: number;
  /** Clients' connections per address. Default 20000. */
  readonly mostConnections: number;
  /** Instances that one request or TCP connection is tried on. Default 4. */
  readonly mostAttempts: number;
  /** How long running requests have at the end of the agent. Default 10 s. */
  readonly stopGraceMs: number;
  /** Networks whose `X-Forwarded-*` headers are believed, as `IP` or `IP/bits`. Default none: the edge is the first proxy. */
  readonly trustedProxies: readonly string[];
};

export const EMBEDDED_DEFAULTS: EmbeddedSettings = {
  connectTimeoutMs: 2 * SECOND,
  responseTimeoutMs: MINUTE,
  idleTimeoutMs: 10 * MINUTE,
  tcpIdleTimeoutMs: 24 * 60 * MINUTE,
  headersTimeoutMs: 10 * SECOND,
  requestTimeoutMs: 60 * MINUTE,
  keepAliveMs: MINUTE,
  mostHeaderBytes: 32 * 1024,
  mostConnections: 20_000,
  mostAttempts: 4,
  stopGraceMs: 10 * SECOND,
  trustedProxies: [],
};
