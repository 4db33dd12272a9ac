import { parseDuration } from '../../duration.ts';
import { blockingQuery } from '../../state/blocking.ts';
import type { Read } from '../../state/read.ts';
import type { State } from '../../state/state.ts';
import { BadRequestError } from './errors.ts';
import type { ApiRequest } from './request.ts';

const NANOSECONDS_PER_MS = 1e6;
/** Indexes are unsigned 64-bit numbers. */
const MOST_INDEX = 2n ** 64n - 1n;

export type BlockingParams = {
  /** Answer when the index is above this; 0: at once. */
  readonly index: number;
  /** 0: the default of 5 minutes. */
  readonly waitMs: number;
};

/** `?index=&wait=`: an empty value is none; both peers word the errors alike. */
export function blockingParams(query: URLSearchParams): BlockingParams {
  return { waitMs: waitOf(query.get('wait')), index: indexOf(query.get('index')) };
}

/** What a wait needs beside the state; the server passes real ones. */
export type BlockingDeps = { readonly state: State; readonly random: () => number; readonly now: () => number };

/** Runs a read as the request asks: at once, or when what it read has changed. */
export function blockingRead<T>(
  deps: BlockingDeps,
  request: ApiRequest,
  query: (read: Read) => T,
): Promise<{ result: T; read: Read }> {
  const params = blockingParams(request.query);
  // An AbortSignal is made on demand: most requests do not wait.
  const signal = params.index > 0 ? { signal: request.signal } : {};
  return blockingQuery(deps.state, { ...params, ...signal, random: deps.random, now: deps.now }, query);
}

function waitOf(text: string | null): number {
  if (text === null || text === '') return 0;
  const nanoseconds = parseDuration(text);
  if (nanoseconds === undefined) throw new BadRequestError('Invalid wait time');
  return Math.max(nanoseconds / NANOSECONDS_PER_MS, 0);
}

function indexOf(text: string | null): number {
  if (text === null || text === '') return 0;
  if (!/^\d+$/.test(text) || BigInt(text) > MOST_INDEX) throw new BadRequestError('Invalid index');
  return Number(text);
}
