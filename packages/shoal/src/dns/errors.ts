import { hostPort } from '../host-port.ts';
import type { DnsAddress } from './listener.ts';

/** A DNS address that cannot be listened on. `code` is stable; `cause` is the system's error. */
export class DnsListenError extends Error {
  readonly code = 'DNS_LISTEN';
  readonly address: DnsAddress;
  /** The system's code, such as EADDRINUSE. */
  readonly reason: string;

  constructor(address: DnsAddress, cause: NodeJS.ErrnoException) {
    super(
      `DNS cannot listen on ${hostPort(address.host, address.port)}: ${REMEDIES[cause.code ?? ''] ?? cause.message}`,
      { cause },
    );
    this.name = 'DnsListenError';
    this.address = address;
    this.reason = cause.code ?? 'UNKNOWN';
  }
}

const REMEDIES: Record<string, string> = {
  EADDRINUSE:
    'the port is taken. Stop the program that has it (ss -lnptu shows it), or set another port with ports { dns = … }',
  EACCES: 'ports below 1024 need root or CAP_NET_BIND_SERVICE. Grant it, or set another port with ports { dns = … }',
  EADDRNOTAVAIL: 'no interface of this machine has that address now',
};

export function systemCode(error: unknown): string {
  const code = error instanceof Error ? (error as NodeJS.ErrnoException).code : undefined;
  return code ?? 'UNKNOWN';
}
