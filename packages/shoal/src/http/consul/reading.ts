import { parseDuration } from '../../duration.ts';
import type { Read } from '../../state/read.ts';
import { type Answer, json } from '../shared/answer.ts';
import { blockingParams, blockingRead } from '../shared/blocking-params.ts';
import { BadRequestError, UnknownDatacenterError } from '../shared/errors.ts';
import type { ApiRequest } from '../shared/request.ts';
import type { ConsulApiDeps, ConsulContext } from './deps.ts';

type Compose<T> = (result: T, headers: Record<string, string>) => Answer | Promise<Answer>;

/** Answers with what a read finds, when it is due (`?index=&wait=`), with the index of what it read. */
export async function answerRead<T>(
  deps: ConsulApiDeps,
  request: ApiRequest,
  query: (read: Read) => T,
  compose?: Compose<T>,
): Promise<Answer> {
  return (await composed(deps, request, query, compose)).answer;
}

/** The same for what only the state and the request's own words decide: it is sent again while what was read stays. */
export async function answerLasting<T>(
  deps: ConsulApiDeps,
  request: ApiRequest,
  query: (read: Read) => T,
  compose?: Compose<T>,
): Promise<Answer> {
  const { answer, read } = await composed(deps, request, query, compose);
  const mayDiffer = ['cached', 'near', 'index'].some((word) => request.query.has(word));
  return mayDiffer ? answer : { ...answer, holdsFor: read };
}

async function composed<T>(
  deps: ConsulApiDeps,
  request: ApiRequest,
  query: (read: Read) => T,
  compose: Compose<T> = json,
): Promise<{ answer: Answer; read: Read }> {
  checkReadParams(deps, request.query);
  const { result, read } = await blockingRead(deps, request, query);
  return { answer: await compose(result, readHeaders(read.index, request.query)), read };
}

/** A lasting answer of those that Consul's agents keep for `?cached`: who asks for that is told whether it was there. */
export async function answerCached<T>(
  deps: ConsulContext,
  request: ApiRequest,
  query: (read: Read) => T,
): Promise<Answer> {
  const cached = cachedHeaders(deps, request);
  return answerLasting(deps, request, query, (result, headers) => json(result, { ...headers, ...cached }));
}

/** Every server holds all of the state: nothing is ever older than the last change it was told of. */
export function readHeaders(index: number, query: URLSearchParams): Record<string, string> {
  return {
    'x-consul-effective-consistency': consistencyOf(query),
    'x-consul-index': String(index),
    'x-consul-knownleader': 'true',
    'x-consul-lastcontact': '0',
  };
}

/** How current an answer was asked to be. What it is stays the same: every answer is as current as this server. */
export function consistencyOf(query: URLSearchParams): 'leader' | 'consistent' | 'stale' {
  if (query.has('consistent')) return 'consistent';
  return query.has('stale') || query.has('max_stale') ? 'stale' : 'leader';
}

/** Checks everything that Consul checks before it looks at what is asked for. */
export function checkReadParams(deps: ConsulApiDeps, query: URLSearchParams): void {
  checkConsistency(query);
  blockingParams(query);
  checkPlace(deps, query);
}

/** `?dc=` and `?ns=`. */
export function checkPlace(deps: ConsulApiDeps, query: URLSearchParams): void {
  checkNamespace(query);
  checkDatacenter(deps, query.get('dc') ?? '');
}

export function checkDatacenter(deps: ConsulApiDeps, datacenter: string): void {
  if (datacenter !== '' && datacenter.toLowerCase() !== deps.facts.datacenter.toLowerCase())
    throw new UnknownDatacenterError('No path to datacenter');
}

/** `?ns=`, `?partition=` and `?peer=`; `default` is the partition that everything is in. */
export function checkNamespace(query: URLSearchParams): void {
  const refuse = (name: string, what: string) => {
    throw new BadRequestError(
      `Bad request: Invalid query parameter: "${name}" - ${what} are a Consul Enterprise feature`,
    );
  };
  if ((query.get('ns') ?? '') !== '') refuse('ns', 'Namespaces');
  const partition = query.get('partition') ?? '';
  if (partition !== '' && partition.toLowerCase() !== 'default') refuse('partition', 'Partitions');
  if ((query.get('peer') ?? '') !== '') throw new BadRequestError('Bad request: there are no peers: peering is off');
}

function checkConsistency(query: URLSearchParams): void {
  for (const other of ['stale', 'cached'])
    if (query.has(other) && query.has('consistent'))
      throw new BadRequestError(`Cannot specify ?${other} with ?consistent, conflicting semantics.`);
  const maxStale = query.get('max_stale') ?? '';
  if (maxStale !== '' && parseDuration(maxStale) === undefined)
    throw new BadRequestError(`Invalid max_stale value ${JSON.stringify(maxStale)}`);
}

/** The answer comes from memory that is kept current, so a cached answer has no age. */
export function cachedHeaders(deps: ConsulContext, request: ApiRequest): Record<string, string> {
  if (!request.query.has('cached')) return {};
  return deps.askedBefore(request) ? { 'x-cache': 'HIT', age: '0' } : { 'x-cache': 'MISS' };
}
