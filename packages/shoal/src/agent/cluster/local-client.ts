import { PassThrough, Readable } from 'node:stream';
import type { ServeRequest, ServeResponse } from '../../client/serve/types.ts';
import type { Answer } from '../../http/shared/answer.ts';
import type { Endpoint, Handler } from '../../http/shared/api.ts';
import type { ApiRequest } from '../../http/shared/request.ts';
import type { ClientRole } from '../client-role.ts';

/**
 * `/v1/client/…` about this agent's own node and allocations is answered here, without a server: logs can be read while none answers. Everything
 * about others goes to `otherwise`.
 */
export function localClientEndpoints(role: () => ClientRole | undefined, otherwise: Handler): Endpoint[] {
  const own =
    (isOwn: (client: ClientRole, request: ApiRequest) => boolean): Handler =>
    (request) => {
      const client = role();
      return client && isOwn(client, request) ? answered(client, request) : otherwise(request);
    };
  const allocation = own(({ client }, { params }) => client.control.allocation(params['alloc'] ?? '') !== undefined);
  const node = own(({ client }, { query }) => (query.get('node_id') || client.node().ID) === client.node().ID);
  return [
    { path: '/v1/client/fs/:verb/:alloc', methods: { GET: allocation } },
    {
      path: '/v1/client/allocation/:alloc/:verb',
      methods: { GET: allocation, PUT: allocation, POST: allocation, DELETE: otherwise },
    },
    { path: '/v1/client/stats', methods: { GET: node } },
    { path: '/v1/client/gc', methods: { GET: node, PUT: node, POST: node } },
  ];
}

/** What the client writes as it would to a connection. */
function answered({ handler }: ClientRole, request: ApiRequest): Promise<Answer> {
  const { method, url, body, signal } = request;
  const incoming: ServeRequest = Object.assign(Readable.from(body.length > 0 ? [body] : []), { method, url });
  return new Promise((resolve) => {
    const stream = new PassThrough();
    let headersSent = false;
    const response: ServeResponse = Object.assign(stream, {
      writeHead(status: number, headers: Record<string, string>) {
        headersSent = true;
        const { 'Content-Type': type = 'application/octet-stream', ...rest } = headers;
        resolve({ status, headers: rest, body: { kind: 'stream', stream, type, live: true } });
      },
    }) as unknown as ServeResponse;
    Object.defineProperty(response, 'headersSent', { get: () => headersSent });
    signal.addEventListener('abort', () => stream.destroy(), { once: true });
    handler(incoming, response);
  });
}
