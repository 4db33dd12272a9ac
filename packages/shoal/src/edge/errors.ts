/** An address of the edge that cannot be listened on. `code` is stable; `cause` is the system's error. */
export class EdgeListenError extends Error {
  readonly code = 'EDGE_LISTEN';
  readonly host: string;
  readonly port: number;
  /** The system's code, such as EADDRINUSE. */
  readonly reason: string;

  constructor(address: { host: string; port: number }, cause: NodeJS.ErrnoException) {
    const remedy = REMEDIES[cause.code ?? ''] ?? cause.message;
    super(`The edge cannot listen on ${address.host}:${address.port}: ${remedy}`, { cause });
    this.name = 'EdgeListenError';
    this.host = address.host;
    this.port = address.port;
    this.reason = cause.code ?? 'UNKNOWN';
  }
}

const REMEDIES: Record<string, string> = {
  EADDRINUSE:
    'the port is taken. Stop the program that has it (ss -lntp shows it), or set another port with ports { edge_http = … }',
  EACCES:
    'ports below 1024 need root or CAP_NET_BIND_SERVICE. Grant it, or set another port with ports { edge_http = … }',
  EADDRNOTAVAIL: 'no interface of this machine has that address now',
};
