import type { Answer, BlockingOptions } from '../blocking.ts';
import type { JobStub, NodeStub } from './answers.ts';
import type { ListOptions, Page } from './list.ts';
import type { Requests } from './request.ts';

/** https://developer.hashicorp.com/nomad/api-docs/node-pools */
export type NodePool = {
  readonly Name: string;
  readonly Description: string;
  readonly Meta: Readonly<Record<string, string>> | null;
  readonly SchedulerConfiguration: null;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
};

export type NodePoolBody = Pick<NodePool, 'Name' | 'Description' | 'Meta'>;

export type NodePoolsApi = {
  list(options?: ListOptions): Promise<Page<NodePool>>;
  read(name: string, blocking?: BlockingOptions): Promise<Answer<NodePool | undefined>>;
  nodes(name: string, options?: ListOptions): Promise<Page<NodeStub>>;
  /** Of the client's namespace; of all with `*`. */
  jobs(name: string, options?: ListOptions & { namespace?: string }): Promise<Page<JobStub>>;
  put(pool: NodePoolBody): Promise<void>;
  delete(name: string): Promise<void>;
};

export function nodePoolsApi({ list, find, write }: Requests): NodePoolsApi {
  const path = (name: string, rest = '') => `/v1/node/pool/${encodeURIComponent(name)}${rest}`;
  return {
    list: (options) => list('/v1/node/pools', options),
    read: (name, blocking) => find(path(name), {}, blocking),
    nodes: (name, options) => list(path(name, '/nodes'), options),
    jobs: (name, { namespace, ...options } = {}) =>
      list(path(name, '/jobs'), options, { ...(namespace !== undefined && { namespace }) }),
    put: async (pool) => {
      await write('PUT', path(pool.Name), { body: pool });
    },
    delete: async (name) => {
      await write('DELETE', path(name));
    },
  };
}
