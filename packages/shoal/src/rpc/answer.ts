import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Node, NodeStatus } from '@shoal/api';
import type { AllocationUpdate } from '../client/server-connection.ts';
import { RequestRefusedError } from './errors.ts';
import type { NodeRequests } from './node-requests.ts';
import { NODE_SECRET_HEADER, PATHS } from './protocol.ts';

/** A client reports many allocations at once after it was cut off, each with its events. */
const BODY_LIMIT = 64 * 1024 * 1024;

type Body = Record<string, unknown>;
type Endpoint = (requests: NodeRequests, body: Body, signal: AbortSignal) => Promise<unknown>;

const ENDPOINTS: Record<string, Endpoint> = {
  [PATHS.register]: (requests, body) => requests.register(body['node'] as Node),
  [PATHS.heartbeat]: (requests, body) => requests.heartbeat(text(body, 'nodeId'), body['status'] as NodeStatus),
  [PATHS.allocations]: (requests, body, signal) =>
    requests.watchAllocations(
      text(body, 'nodeId'),
      { index: Number(body['index']), waitMs: Number(body['waitMs']) },
      signal,
    ),
  [PATHS.fetchAllocations]: async (requests, body) =>
    requests.fetchAllocations(text(body, 'nodeId'), body['ids'] as string[]),
  [PATHS.updateAllocations]: async (requests, body) => {
    await requests.updateAllocations(text(body, 'nodeId'), body['updates'] as AllocationUpdate[]);
    return {};
  },
};

/** Answers one request of a client: JSON in, JSON out; refusals carry their status and a sentence. */
export async function answerNodeRequest(
  requests: NodeRequests,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    const endpoint = ENDPOINTS[request.url ?? ''];
    if (!endpoint)
      throw new RequestRefusedError(
        404,
        `There is no ${request.url} here: the client and the server are of different versions.`,
      );
    const body = await readJson(request);
    authenticate(requests, body, request.headers[NODE_SECRET_HEADER]);
    send(response, 200, await endpoint(requests, body, gone.signal));
  } catch (error) {
    if (!(error instanceof RequestRefusedError)) throw error;
    send(response, error.status, { error: error.message });
  }
}

function authenticate(requests: NodeRequests, body: Body, secret: string | string[] | undefined): void {
  const nodeId = body['nodeId'] ?? (body['node'] as Node | undefined)?.ID;
  if (typeof nodeId !== 'string' || typeof secret !== 'string' || !requests.authenticate(nodeId, secret))
    throw new RequestRefusedError(
      403,
      `The secret of node ${String(nodeId)} is not the one it registered with. Was its data_dir copied from another machine?`,
    );
}

async function readJson(request: IncomingMessage): Promise<Body> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new RequestRefusedError(413, `The request is over ${BODY_LIMIT} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as Body;
  } catch {
    throw new RequestRefusedError(400, 'The request is not JSON.');
  }
}

function text(body: Body, field: string): string {
  const value = body[field];
  if (typeof value !== 'string') throw new RequestRefusedError(400, `"${field}" must be text.`);
  return value;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed) return;
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
