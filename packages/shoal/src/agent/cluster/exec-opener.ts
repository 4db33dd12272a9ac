import type { IncomingMessage } from 'node:http';
import { Duplex, PassThrough } from 'node:stream';
import type { ServeRequest, ServeResponse } from '../../client/serve/types.ts';
import type { ExecOpened, ExecTarget, OpenExec } from '../../http/nomad/exec-upgrade.ts';
import type { Link } from '../../rpc/link.ts';
import type { ClientRole } from '../client-role.ts';

/** Commands in this agent's own allocations need no server; those in others' go to one. */
export function memberExecOpener(role: () => ClientRole | undefined, link: Link): OpenExec {
  return (target, signal) => {
    const client = role();
    const { alloc } = target;
    const isOwn = alloc !== undefined && client?.client.control.allocation(alloc) !== undefined;
    return client && isOwn ? openHere(client, target, signal) : openThere(link, target, signal);
  };
}

function openHere({ handler }: ClientRole, { path, headers }: ExecTarget, signal: AbortSignal): Promise<ExecOpened> {
  const [input, output] = [new PassThrough(), new PassThrough()];
  const stream = Duplex.from({ writable: input, readable: output });
  const incoming: ServeRequest = Object.assign(input, { method: 'GET', url: path, headers });
  signal.addEventListener('abort', () => stream.destroy(), { once: true });
  return new Promise((resolve) => {
    let headersSent = false;
    const response: ServeResponse = Object.assign(output, {
      writeHead(status: number) {
        headersSent = true;
        resolve({ status, stream });
      },
    }) as unknown as ServeResponse;
    Object.defineProperty(response, 'headersSent', { get: () => headersSent });
    handler(incoming, response);
  });
}

async function openThere(link: Link, { path, headers }: ExecTarget, signal: AbortSignal): Promise<ExecOpened> {
  const upgraded = await link.upgrade(
    'nomad',
    { path, headers: { ...headers, connection: 'Upgrade', upgrade: 'websocket' } },
    signal,
  );
  if ('refused' in upgraded) return { status: upgraded.refused.statusCode ?? 500, stream: upgraded.refused };
  // The user's handshake is answered at the far end.
  upgraded.socket.unshift(handshakeOf(upgraded.answer));
  return { status: 200, stream: upgraded.socket };
}

function handshakeOf({ statusCode, statusMessage, rawHeaders }: IncomingMessage): Buffer {
  const lines = [`HTTP/1.1 ${statusCode} ${statusMessage}`];
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) lines.push(`${rawHeaders[at]}: ${rawHeaders[at + 1]}`);
  return Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1');
}
