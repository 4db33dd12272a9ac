import { isIP } from 'node:net';

/** How a check trusts a server that talks TLS. */
export type TlsTrust = {
  readonly tlsSkipVerify: boolean;
  /** The name that the certificate must be for, and that is sent as SNI; the host's own unless given. */
  readonly tlsServerName?: string;
};

export function tlsOptions({ tlsSkipVerify, tlsServerName }: TlsTrust) {
  const name = tlsServerName ?? '';
  return { rejectUnauthorized: !tlsSkipVerify, ...(name !== '' && isIP(name) === 0 && { servername: name }) };
}
