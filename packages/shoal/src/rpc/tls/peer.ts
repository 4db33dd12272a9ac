import type { TLSSocket } from 'node:tls';

const NODE = /(?:^|, )DNS:([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\.node\./;

/** Reading a certificate takes longer than most requests that come over its connection. */
const known = new WeakMap<TLSSocket, { readonly node: string | undefined }>();

/** The node that the peer's certificate was made for; undefined for certificates that name none (those that users bring). */
export function certifiedNode(socket: TLSSocket): string | undefined {
  const found = known.get(socket) ?? { node: NODE.exec(socket.getPeerX509Certificate()?.subjectAltName ?? '')?.[1] };
  known.set(socket, found);
  return found.node;
}
