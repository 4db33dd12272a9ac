import { deleteKey, deleteTree, listKeys, putKey } from '../../catalog/kv.ts';
import { acquireKey, releaseKey } from '../../catalog/sessions/locks.ts';
import type { KvRow } from '../../state/rows.ts';
import { type Answer, empty, json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import type { ApiRequest } from '../shared/request.ts';
import type { ConsulApiDeps } from './deps.ts';
import { KvParamError } from './errors.ts';
import { kvObject } from './objects.ts';
import { requireName } from './params.ts';
import { answerLasting, answerRead, checkPlace, checkReadParams } from './reading.ts';

/** Consul's default for a value's size (`kv_max_value_size`). */
export const MAX_VALUE_BYTES = 512 * 1024;
const UINT64_MAX = 2n ** 64n - 1n;

/** The key/value store. */
export function kvEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [
    {
      path: '/v1/kv/*',
      bodyLimit: deps.limits?.value ?? MAX_VALUE_BYTES,
      methods: {
        GET: (request) => get(deps, request),
        PUT: (request) => put(deps, request),
        DELETE: (request) => remove(deps, request),
      },
    },
  ];
}

async function get(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  const { query } = request;
  const key = request.params['*'] ?? '';
  checkReadParams(deps, query);
  if (query.has('keys')) return getKeys(deps, request, key);
  if (query.has('recurse')) return getTree(deps, request, key);
  requireName(key, 'Missing key name');
  return answerLasting(
    deps,
    request,
    (read) => read.get(read.state.tables.kv, key),
    (row, headers) => {
      if (!row) return empty(404, headers);
      return query.has('raw') ? rawValue(row, headers) : json([kvObject(row)], headers);
    },
  );
}

function getKeys(deps: ConsulApiDeps, request: ApiRequest, prefix: string): Promise<Answer> {
  const separator = request.query.get('separator') ?? '';
  return answerRead(deps, request, (read) => listKeys(read, prefix, separator), listed);
}

function getTree(deps: ConsulApiDeps, request: ApiRequest, prefix: string): Promise<Answer> {
  return answerRead(deps, request, (read) => read.prefix(read.state.tables.kv, prefix).map(kvObject), listed);
}

/** Nothing found is 404, with the index to wait for something. */
function listed(found: readonly unknown[], headers: Record<string, string>): Answer {
  return found.length > 0 ? json(found, headers) : empty(404, headers);
}

/** A value may be anything that somebody stored: a browser must not take it for a page of ours. */
function rawValue({ Value }: KvRow, headers: Record<string, string>): Answer {
  const guarded = { ...headers, 'x-content-type-options': 'nosniff', 'content-security-policy': 'sandbox' };
  const bytes = Buffer.from(Value ?? '', 'base64');
  return { status: 200, headers: guarded, body: { kind: 'bytes', bytes, type: 'text/plain' } };
}

async function put(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  const { query, body } = request;
  const key = request.params['*'] ?? '';
  checkPlace(deps, query);
  requireName(key, 'Missing key name');
  refuseConflict(query, ['cas', 'acquire', 'release']);
  const flags = query.has('flags') ? String(parseUint(query.get('flags') ?? '')) : '0';
  const write = { key, value: body, flags };
  const [acquire, release] = [query.get('acquire'), query.get('release')];
  if (acquire !== null) return json(await acquireKey(deps.state, deps.sessions, { ...write, session: acquire }));
  if (release !== null) return json(await releaseKey(deps.state, { ...write, session: release }));
  const cas = query.has('cas') ? { cas: Number(parseUint(query.get('cas') ?? '')) } : {};
  return json(await putKey(deps.state, { ...write, ...cas }));
}

async function remove(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  const { query } = request;
  const key = request.params['*'] ?? '';
  checkPlace(deps, query);
  refuseConflict(query, ['recurse', 'cas']);
  if (query.has('recurse')) {
    await deleteTree(deps.state, key);
    return json(true);
  }
  requireName(key, 'Missing key name');
  const cas = query.has('cas') ? Number(parseUint(query.get('cas') ?? '')) : undefined;
  return json(await deleteKey(deps.state, key, cas));
}

function refuseConflict(query: URLSearchParams, names: readonly string[]): void {
  if (names.filter((name) => query.has(name)).length < 2) return;
  const sorted = new URLSearchParams(query);
  sorted.sort();
  throw new BadRequestError(`Conflicting flags: ${sorted.toString()}`);
}

/** Go's strconv.ParseUint, with its words. */
function parseUint(text: string): bigint {
  const fault = (reason: string) => new KvParamError(`strconv.ParseUint: parsing ${JSON.stringify(text)}: ${reason}`);
  if (!/^\d+$/.test(text)) throw fault('invalid syntax');
  const value = BigInt(text);
  if (value > UINT64_MAX) throw fault('value out of range');
  return value;
}
