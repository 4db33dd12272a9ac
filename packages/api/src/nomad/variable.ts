import type { Answer, BlockingOptions } from '../blocking.ts';
import type { ListOptions, Page } from './list.ts';
import { NomadApiError, type Requests } from './request.ts';

/** What a variable says of itself beside its items (https://developer.hashicorp.com/nomad/api-docs/variables/variables). Times are Unix nanoseconds. */
export type VariableStub = {
  readonly Namespace: string;
  readonly Path: string;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
  readonly CreateTime: number;
  readonly ModifyTime: number;
  /** While it is locked. */
  readonly Lock?: VariableLock;
};

export type Variable = VariableStub & { readonly Items: Readonly<Record<string, string>> };

/** Durations as Go writes them, 10 s to 24 h. The ID is told to the holder alone. */
export type VariableLock = { readonly ID?: string; readonly TTL: string; readonly LockDelay: string };

export type VariableBody = {
  /** Default: the client's. */
  readonly Namespace?: string;
  readonly Path: string;
  readonly Items?: Readonly<Record<string, string>>;
  readonly Lock?: Partial<VariableLock>;
};

/** `conflict`: it is not as the write expected it; the present one, with indexes of 0 if there is none. */
export type VariableWritten =
  | { readonly kind: 'written'; readonly variable: Variable }
  | { readonly kind: 'conflict'; readonly variable: Variable };

type Place = { readonly namespace?: string };

export type VariablesApi = {
  /** `prefix` of paths; of all namespaces with `*`. */
  list(options?: ListOptions & Place): Promise<Page<VariableStub>>;
  read(path: string, options?: BlockingOptions & Place): Promise<Answer<Variable | undefined>>;
  /** With `checkIndex` only if its ModifyIndex is this; 0: only if there is none. */
  put(variable: VariableBody, options?: { checkIndex?: number }): Promise<VariableWritten>;
  /** Undefined when it is gone, otherwise what is there instead. */
  delete(path: string, options?: Place & { checkIndex?: number }): Promise<Variable | undefined>;
  /** Locks it, renews the lock or lets it go; the latter two take the lock's ID. */
  lock(verb: 'acquire' | 'renew' | 'release', variable: VariableBody): Promise<VariableWritten>;
};

export function variablesApi({ list, find, write }: Requests): VariablesApi {
  const url = (path: string) => `/v1/var/${path.split('/').map(encodeURIComponent).join('/')}`;
  const put = (query: Record<string, string | number | undefined>, variable: VariableBody): Promise<VariableWritten> =>
    conflictOr(async () => {
      const namespace = variable.Namespace === undefined ? {} : { namespace: variable.Namespace };
      return write<Variable>('PUT', url(variable.Path), { query: { ...namespace, ...query }, body: variable });
    });
  return {
    list: ({ namespace, ...options } = {}) =>
      list('/v1/vars', options, { ...(namespace !== undefined && { namespace }) }),
    read: (path, { namespace, ...blocking } = {}) =>
      find(url(path), { ...(namespace !== undefined && { namespace }) }, blocking),
    put: (variable, { checkIndex } = {}) => put({ cas: checkIndex }, variable),
    async delete(path, { namespace, checkIndex } = {}) {
      const query = { ...(namespace !== undefined && { namespace }), cas: checkIndex };
      const result = await conflictOr(() => write<Variable>('DELETE', url(path), { query }));
      return result.kind === 'conflict' ? result.variable : undefined;
    },
    lock: (verb, variable) => put({ [`lock-${verb}`]: '' }, variable),
  };
}

async function conflictOr(ask: () => Promise<Variable>): Promise<VariableWritten> {
  try {
    return { kind: 'written', variable: await ask() };
  } catch (error) {
    if (!(error instanceof NomadApiError) || error.status !== 409) throw error;
    return { kind: 'conflict', variable: JSON.parse(error.body) as Variable };
  }
}
