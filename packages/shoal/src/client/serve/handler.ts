import { FileError } from '../files/errors.ts';
import { checks, collect, deregister, restart, signal, stats } from './allocation-routes.ts';
import { ServeError } from './errors.ts';
import { exec } from './exec-route.ts';
import { cat, list, readAt, stat, stream } from './fs-routes.ts';
import { collectAll, hostStats } from './host-routes.ts';
import { logs } from './logs-route.ts';
import { monitor } from './monitor-route.ts';
import { sendText } from './reply.ts';
import type { Call, ClientDeps, Route, ServeRequest, ServeResponse } from './types.ts';

/**
 * What a client serves to its servers, over the connection that it dialled: `/v1/client/…` of the HTTP API
 * (https://developer.hashicorp.com/nomad/api-docs/client). Nothing that comes in ends more than its own request.
 */
export function createClientHandler(deps: ClientDeps): (req: ServeRequest, res: ServeResponse) => void {
  return (req, res) => {
    const gone = new AbortController();
    res.on('close', () => gone.abort());
    res.on('error', () => gone.abort());
    // An HTTP/2 stream that its reader gave up does not close while unsent data is in it: `aborted` is all that is heard.
    req.on('aborted', () => {
      gone.abort();
      res.destroy();
    });
    serve(req, res, deps, gone.signal).catch((error) => refuse(res, error, deps));
  };
}

const FS_ROUTES: Record<string, Route> = { ls: list, stat, cat, readat: readAt, stream, logs };
const ALLOCATION_ROUTES: Record<string, Route> = { stats, restart, signal, exec, checks, deregister, gc: collect };
const HOST_ROUTES: Record<string, Route> = { stats: hostStats, gc: collectAll, monitor };

async function serve(req: ServeRequest, res: ServeResponse, deps: ClientDeps, signal: AbortSignal): Promise<void> {
  const { path, query } = parseUrl(req.url ?? '/');
  const call: Call = { method: req.method ?? 'GET', path, query, req, res, signal };
  await routeOf(path)(call, deps);
}

function routeOf([area, name, verb, ...more]: string[]): Route {
  if (area === 'fs') return find(FS_ROUTES, more.length > 0 ? '' : name) ?? fail(404, 'Invalid method');
  if (area === 'allocation')
    return find(ALLOCATION_ROUTES, more.length > 0 ? '' : verb) ?? fail(404, 'resource not found');
  return (name === undefined && find(HOST_ROUTES, area)) || fail(404, 'resource not found');
}

function find(routes: Record<string, Route>, name: string | undefined): Route | undefined {
  return name !== undefined && Object.hasOwn(routes, name) ? routes[name] : undefined;
}

function fail(status: number, message: string): never {
  throw new ServeError(status, message);
}

const PREFIX = '/v1/client/';

function parseUrl(url: string): { path: string[]; query: URLSearchParams } {
  const at = url.indexOf('?');
  const pathname = at < 0 ? url : url.slice(0, at);
  if (!pathname.startsWith(PREFIX)) fail(404, '');
  const query = new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
  return { path: pathname.slice(PREFIX.length).split('/').map(decode), query };
}

/** A name that cannot be decoded is taken as it is; nothing has that name. */
function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function refuse(res: ServeResponse, error: unknown, deps: ClientDeps): void {
  const message = error instanceof Error ? error.message : String(error);
  const expected = error instanceof ServeError || error instanceof FileError;
  if (!expected) deps.log(`a request of the client's API failed: ${message}`);
  // Too late for a status: the reader must see that the answer is not whole.
  if (res.headersSent) res.destroy(error instanceof Error ? error : undefined);
  else sendText(res, error instanceof ServeError ? error.status : 500, message);
}
