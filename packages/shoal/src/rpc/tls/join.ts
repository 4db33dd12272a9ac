import { request as httpRequest, type IncomingMessage } from 'node:http';
import type { ConnectionOptions, TLSSocket } from 'node:tls';
import type { Certified } from '../agent-requests.ts';
import { deadline } from '../deadline.ts';
import { type Dialled, dial } from '../dial.ts';
import { ForeignAuthorityError, JoinRefusedError, ServersUnavailableError } from '../errors.ts';
import type { Names } from '../names.ts';
import { ALPN_JOIN, JOIN_PATHS, roleName } from '../protocol.ts';
import { type ServerList, serverText } from '../server-list.ts';
import { fingerprint, type Identity } from './identity.ts';
import type { JoinToken } from './join-token.ts';

const TIMEOUT_MS = 15_000;

export type JoinDeps = {
  readonly servers: ServerList;
  readonly names: Names;
  readonly token: JoinToken;
  readonly region: string;
  readonly nodeId: string;
  readonly name: string;
  readonly signal: AbortSignal;
};

export type Joined = { readonly identity: Identity; readonly servers: readonly string[]; readonly serverNow: number };

/**
 * Gets a certificate for this agent with a join token. The first connection fetches the authority's certificate from whoever answers, and tells
 * nothing; only if it is the one that the token names, a second connection, checked against it, shows the token.
 * Rejects with ServersUnavailableError (try again), ForeignAuthorityError, CertificateError or JoinRefusedError.
 */
export async function joinCluster(deps: JoinDeps): Promise<Joined> {
  const authority = await fetchAuthority(deps);
  const { createRequest } = await import('./authority.ts');
  const { request, key } = await createRequest();
  const dialled = await connectToJoin(deps, {
    ca: authority,
    servername: roleName('server', deps.region),
  });
  const { token, nodeId, name } = deps;
  const body = { token: { id: token.id, secret: token.secret }, nodeId, name, request };
  const { status, answer } = await exchange(dialled, deps.signal, JOIN_PATHS.join, body);
  const server = serverText(dialled.server);
  if (status !== 200)
    throw new JoinRefusedError(server, String(answer['error'] ?? `it answered with status ${status}`));
  const certified = answer as unknown as Certified;
  return {
    identity: { authority: certified.authority, certificate: certified.certificate, key },
    servers: certified.servers,
    serverNow: certified.now,
  };
}

async function fetchAuthority(deps: JoinDeps): Promise<string> {
  // Nothing is believed of this answer but what the token's fingerprint confirms.
  const dialled = await connectToJoin(deps, { rejectUnauthorized: false });
  const { answer } = await exchange(dialled, deps.signal, JOIN_PATHS.authority, {});
  const authority = String(answer['authority'] ?? '');
  if (!isNamed(authority, deps.token)) throw new ForeignAuthorityError(serverText(dialled.server));
  return authority;
}

function isNamed(authority: string, token: JoinToken): boolean {
  try {
    return fingerprint(authority).equals(token.authority);
  } catch {
    return false;
  }
}

function connectToJoin({ servers, names, signal }: JoinDeps, tls: ConnectionOptions): Promise<Dialled> {
  return dial({
    servers: servers.all(),
    names,
    tls: { ...tls, minVersion: 'TLSv1.3', ALPNProtocols: [ALPN_JOIN] },
    signal,
  });
}

type Answer = { status: number; answer: Record<string, unknown> };

async function exchange(
  { socket, server }: Dialled,
  signal: AbortSignal,
  path: string,
  body: unknown,
): Promise<Answer> {
  const wait = deadline(TIMEOUT_MS, [signal]);
  try {
    const response = await send(socket, wait.signal, path, JSON.stringify(body));
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += chunk;
    return { status: response.statusCode ?? 0, answer: JSON.parse(text) as Record<string, unknown> };
  } catch (error) {
    throw new ServersUnavailableError(serverText(server), error);
  } finally {
    wait.clear();
    socket.destroy();
  }
}

function send(socket: TLSSocket, signal: AbortSignal, path: string, body: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body), host: 'server' };
    const request = httpRequest({ createConnection: () => socket, method: 'POST', path, headers, signal });
    request.once('response', resolve);
    request.once('error', reject);
    request.end(body);
  });
}
