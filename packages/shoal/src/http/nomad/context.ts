import { DEFAULT_NAMESPACE } from '../../server/namespaces.ts';
import type { Server } from '../../server/server.ts';
import type { Read } from '../../state/read.ts';
import type { State } from '../../state/state.ts';
import { type Answer, json, text } from '../shared/answer.ts';
import type { Handler } from '../shared/api.ts';
import { blockingRead } from '../shared/blocking-params.ts';
import { BadRequestError } from '../shared/errors.ts';
import type { ApiRequest } from '../shared/request.ts';
import { Page } from './page.ts';

/** What the endpoints are made of. */
export type NomadDeps = {
  readonly state: State;
  readonly server: Server;
  readonly region: string;
  readonly random: () => number;
  /** Milliseconds of a clock that only runs forward. */
  readonly now: () => number;
  /** Fuzzy searches, as the configuration has them. */
  readonly search?: FuzzySearch;
};

/** Matches of a kind that are given at most, and letters that a text has at least. */
export type FuzzySearch = { readonly fuzzy: boolean; readonly limit: number; readonly minLength: number };

/** A read endpoint: the query runs at once or when what it read has changed, and the answer carries the index of just that. */
export function reading(deps: NomadDeps, query: (read: Read, request: ApiRequest) => unknown): Handler {
  return async (request) => {
    const { result, read } = await blockingRead(deps, request, (reading) => attempt(() => query(reading, request)));
    const headers = readHeaders(read.index);
    if ('error' in result) throw result.error;
    const { value } = result;
    if (value instanceof Missing) return text(404, value.message, headers);
    if (value instanceof Page)
      return json(value.items, { ...headers, ...(value.nextToken && { 'x-nomad-nexttoken': value.nextToken }) });
    return json(value, headers);
  };
}

/** A failure that is no answer must not end a blocking query's wait as an exception inside the state. */
function attempt(query: () => unknown): { value: unknown } | { error: unknown } {
  try {
    return { value: query() };
  } catch (error) {
    return { error };
  }
}

/** What a query gives when the object does not exist: a 404 that can be waited on. */
export class Missing {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

export function readHeaders(index: number): Record<string, string> {
  return { 'x-nomad-index': String(index), 'x-nomad-lastcontact': '0', 'x-nomad-knownleader': 'true' };
}

/** The meta data that answers to reads carry in their body. */
export function readMeta(read: Read) {
  return { Index: read.index, LastContact: 0, KnownLeader: true };
}

/** The answer to a write: its index in a header, and, with what every answer to a write has, in the body. */
export function written(index: number, body: Record<string, unknown>): Answer {
  return json({ ...body, Index: index, LastContact: 0, KnownLeader: false }, { 'x-nomad-index': String(index) });
}

export function namespaceOf(request: ApiRequest): string {
  return request.query.get('namespace') || DEFAULT_NAMESPACE;
}

/** A present parameter without a value, or with a true one. */
export function flag(request: ApiRequest, name: string): boolean {
  const value = request.query.get(name);
  if (value === null) return false;
  if (/^(1|t|true|TRUE|True|T)$/.test(value)) return true;
  if (/^(0|f|false|FALSE|False|F)$/.test(value) || value === '') return false;
  throw new BadRequestError(
    `Failed to parse value of "${name}" (${JSON.stringify(value)}) as a bool: strconv.ParseBool: parsing ${JSON.stringify(value)}: invalid syntax`,
  );
}

/** An object from the body. `missing` is what the endpoint says to an empty one. */
export function objectBody(request: ApiRequest, missing: string): Record<string, unknown> {
  const source = request.body.toString('utf8');
  if (source.trim() === '') throw new BadRequestError(missing);
  try {
    const value: unknown = JSON.parse(source);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  } catch (error) {
    throw new BadRequestError(`The body is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  throw new BadRequestError('The body must be a JSON object');
}
