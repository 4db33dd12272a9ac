import type { TLSSocket } from 'node:tls';

const NODE = /(?:^|, )DNS:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.node\./;

/** The node that the peer's certificate was made for; undefined for certificates that name none (those that users bring). */
export function certifiedNode(socket: TLSSocket): string | undefined {
  return NODE.exec(socket.getPeerX509Certificate()?.subjectAltName ?? '')?.[1];
}
