import type { ClusterView } from '../members.ts';
import { type AskServer, keepCoordinate } from './coordinate-updates.ts';
import type { Membership } from './membership.ts';

const TIMEOUT_MS = 5_000;

/** Keeps the coordinate of an agent whose servers are elsewhere. Returns the function that ends it. */
export function keepOwnCoordinate({ link }: Membership, node: string, cluster: ClusterView): () => Promise<void> {
  const over = new AbortController();
  const ask: AskServer = async (method, path, body) => {
    const request = { method, path, headers: {}, ...(body !== undefined && { body: Buffer.from(body) }) };
    // A signal of its own: whoever listens to it goes with the request.
    const signal = AbortSignal.any([over.signal, AbortSignal.timeout(TIMEOUT_MS)]);
    const response = await link.forward('consul', request, signal);
    let text = '';
    for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
    return { status: response.statusCode ?? 0, text };
  };
  const server = () => cluster.members().find(({ role, status }) => role === 'server' && status === 'alive')?.name;
  const kept = keepCoordinate({ ask, node, server, random: Math.random, signal: over.signal });
  return async () => {
    over.abort();
    await kept;
  };
}
