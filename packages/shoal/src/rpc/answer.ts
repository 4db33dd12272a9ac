import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Node, NodeStatus } from '@shoal/api';
import type { AllocationUpdate, TaskQuestion } from '../client/server-connection.ts';
import type { AgentHello, AgentRequests, FeedSink, JoinRequest } from './agent-requests.ts';
import { RequestRefusedError } from './errors.ts';
import type { NodeRequests } from './node-requests.ts';
import { JOIN_PATHS, NODE_ID_HEADER, NODE_SECRET_HEADER, PATHS } from './protocol.ts';

/** A client reports many allocations at once after it was cut off, each with its events. */
const BODY_LIMIT = 64 * 1024 * 1024;
/** A certificate request is far below this. */
const JOIN_BODY_LIMIT = 64 * 1024;

type Body = Record<string, unknown>;
type Caller = { readonly nodeId: string; readonly signal: AbortSignal };
type Endpoint = (requests: Served, body: Body, caller: Caller) => Promise<unknown>;

/** What a server answers; without `agents` it serves clients of its own process only. */
export type Served = { readonly requests: NodeRequests; readonly agents?: AgentRequests };

const ENDPOINTS: Readonly<Record<string, Endpoint>> = {
  [PATHS.register]: ({ requests }, body) => requests.register(body['node'] as Node),
  [PATHS.heartbeat]: ({ requests }, body, { nodeId }) => requests.heartbeat(nodeId, body['status'] as NodeStatus),
  [PATHS.allocations]: ({ requests }, body, { nodeId, signal }) =>
    requests.watchAllocations(nodeId, afterOf(body), signal),
  [PATHS.fetchAllocations]: ({ requests }, body, { nodeId }) =>
    requests.fetchAllocations(nodeId, body['ids'] as string[]),
  [PATHS.askForTask]: ({ requests }, body, { nodeId, signal }) =>
    requests.askForTask(nodeId, questionOf(body), afterOf(body), signal),
  [PATHS.updateAllocations]: async ({ requests }, body, { nodeId }) => {
    await requests.updateAllocations(nodeId, body['updates'] as AllocationUpdate[]);
    return {};
  },
  [PATHS.alive]: (served, body, caller) => agentsOf(served).alive(helloOf(body, caller)),
  [PATHS.leave]: async (served, body, caller) => {
    await agentsOf(served).leave(helloOf(body, caller));
    return {};
  },
  [PATHS.certificate]: (served, body, { nodeId }) => agentsOf(served).certify(nodeId, text(body, 'request')),
  [PATHS.catalogIndex]: async (served) => ({ index: agentsOf(served).catalogIndex() }),
  [PATHS.readCatalog]: (served, body) => agentsOf(served).readCatalog(text(body, 'node'), body['scope']),
  [PATHS.writeCatalog]: (served, body, { nodeId }) =>
    agentsOf(served).writeCatalog(nodeId, text(body, 'node'), body['change']),
};

/** The node that a certificate was made for, if it names one. */
export type Peer = { readonly certifiedNode: string | undefined };

/** Answers one request of an agent: JSON in, JSON out; refusals carry their status and a sentence. */
export async function answerAgent(
  served: Served,
  peer: Peer,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await answered(response, async (signal) => {
    const path = request.url ?? '';
    const endpoint = ENDPOINTS[path];
    if (!endpoint && path !== PATHS.followCatalog)
      throw new RequestRefusedError(404, `There is no ${path} here: the two agents are of different versions.`);
    const body = await readJson(request, BODY_LIMIT);
    const nodeId = authenticate(served.requests, peer, body, request);
    if (endpoint) return send(response, 200, await endpoint(served, body, { nodeId, signal }));
    await agentsOf(served).followCatalog(body['after'], sinkOf(response), signal);
    response.end();
  });
}

/** Answers an agent that has no certificate. */
export async function answerJoin(
  agents: AgentRequests,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await answered(response, async () => {
    if (request.url === JOIN_PATHS.authority) return send(response, 200, { authority: agents.authority() });
    if (request.url !== JOIN_PATHS.join) throw new RequestRefusedError(404, `There is no ${request.url} here.`);
    send(response, 200, await agents.join(joinRequest(await readJson(request, JOIN_BODY_LIMIT))));
  });
}

async function answered(response: ServerResponse, answer: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const gone = new AbortController();
  const leave = () => gone.abort();
  response.once('close', leave);
  try {
    await answer(gone.signal);
  } catch (error) {
    if (!(error instanceof RequestRefusedError)) throw error;
    send(response, error.status, { error: error.message, patienceMs: error.patienceMs });
  } finally {
    response.off('close', leave);
  }
}

function agentsOf({ agents }: Served): AgentRequests {
  if (agents) return agents;
  throw new RequestRefusedError(404, 'This server serves no other agents.');
}

/** Answers with the node's id. A certificate that was made for a node is good for that node alone. */
function authenticate(requests: NodeRequests, peer: Peer, body: Body, { headers }: IncomingMessage): string {
  const nodeId = body['nodeId'] ?? (body['node'] as Node | undefined)?.ID ?? headers[NODE_ID_HEADER];
  const secret = headers[NODE_SECRET_HEADER];
  const isCertified = peer.certifiedNode === undefined || peer.certifiedNode === nodeId;
  if (typeof nodeId === 'string' && typeof secret === 'string' && isCertified && requests.authenticate(nodeId, secret))
    return nodeId;
  const why = isCertified
    ? 'is not the one it registered with'
    : `does not go with its certificate, which is that of node ${peer.certifiedNode}`;
  throw new RequestRefusedError(
    403,
    `The secret of node ${String(nodeId)} ${why}. Was its data_dir copied from another machine?`,
  );
}

function afterOf(body: Body): { index: number; waitMs: number } {
  return { index: Number(body['index']), waitMs: Number(body['waitMs']) };
}

function questionOf(body: Body): TaskQuestion {
  const question = (body['question'] ?? {}) as Body;
  const about = (question['about'] ?? {}) as TaskQuestion['about'];
  return { allocId: text(question, 'allocId'), task: text(question, 'task'), about };
}

function helloOf(body: Body, { nodeId }: Caller): AgentHello {
  const hello = (body['agent'] ?? {}) as Body;
  const [name, address, datacenter, region, version] = ['name', 'address', 'datacenter', 'region', 'version'].map(
    (field) => text(hello, field),
  ) as [string, string, string, string, string];
  return { nodeId, name, address, datacenter, region, version };
}

function joinRequest(body: Body): JoinRequest {
  const token = (body['token'] ?? {}) as Body;
  return {
    token: { id: text(token, 'id'), secret: text(token, 'secret') },
    nodeId: text(body, 'nodeId'),
    name: text(body, 'name'),
    request: text(body, 'request'),
  };
}

/** Lines of a response that does not end. */
function sinkOf(response: ServerResponse): FeedSink {
  response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.flushHeaders();
  return {
    write: (line) => void (response.destroyed || response.write(`${line}\n`)),
    get buffered() {
      return response.writableLength;
    },
    drained: () =>
      new Promise((resolve) => {
        if (response.destroyed || !response.writableNeedDrain) return resolve();
        const end = () => {
          response.off('drain', end).off('close', end);
          resolve();
        };
        response.on('drain', end).on('close', end);
      }),
  };
}

async function readJson(request: IncomingMessage, limit: number): Promise<Body> {
  const text = (await readWhole(request, limit)).toString('utf8');
  try {
    const body: unknown = JSON.parse(text);
    if (typeof body === 'object' && body !== null) return body as Body;
  } catch {
    // Said below.
  }
  throw new RequestRefusedError(400, 'The request is not a JSON object.');
}

/** By events: an iterator of a stream costs more than all else about a small request. */
function readWhole(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      chunks.push(chunk);
      if (size > limit) reject(new RequestRefusedError(413, `The request is over ${limit} bytes.`));
      if (size > limit) request.removeAllListeners('data').resume();
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
    request.once('close', () => reject(new RequestRefusedError(400, 'The request ended early.')));
  });
}

function text(body: Body, field: string): string {
  const value = body[field];
  if (typeof value !== 'string') throw new RequestRefusedError(400, `"${field}" must be text.`);
  return value;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  if (response.destroyed || response.headersSent) return void response.destroy();
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
