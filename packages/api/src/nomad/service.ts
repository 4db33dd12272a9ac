import type { Answer, BlockingOptions } from '../blocking.ts';
import type { ListOptions, Page } from './list.ts';
import type { Requests } from './request.ts';

/** An instance of a service with `provider = "nomad"` (https://developer.hashicorp.com/nomad/api-docs/services). */
export type NomadService = {
  readonly ID: string;
  readonly ServiceName: string;
  readonly Namespace: string;
  readonly NodeID: string;
  readonly Datacenter: string;
  readonly JobID: string;
  readonly AllocID: string;
  readonly Tags: readonly string[];
  readonly Address: string;
  readonly Port: number;
  readonly CreateIndex: number;
  readonly ModifyIndex: number;
};

/** The services of a namespace by their names, each with the tags of all its instances. */
export type NomadServiceNames = {
  readonly Namespace: string;
  readonly Services: readonly { readonly ServiceName: string; readonly Tags: readonly string[] }[];
};

/** The last result of a check of such a service, by the check's ID. `Timestamp`: Unix seconds, 0 while it has not run. */
export type NomadCheck = {
  readonly ID: string;
  readonly Check: string;
  /** The allocation's name, `job.group[index]`. */
  readonly Group: string;
  /** '' for a service of the group. */
  readonly Task: string;
  readonly Service: string;
  /** A readiness check holds up no deployment. */
  readonly Mode: 'healthiness' | 'readiness';
  readonly Status: 'success' | 'failure' | 'pending';
  /** Of an HTTP check that was answered, else 0. */
  readonly StatusCode: number;
  readonly Output: string;
  readonly Timestamp: number;
};

export type ServicesApi = {
  /** Of all namespaces with `*`. */
  list(options?: BlockingOptions & { namespace?: string }): Promise<Answer<NomadServiceNames[]>>;
  /** `choose`: so many of its instances, the same ones for the same key. */
  read(
    name: string,
    options?: Omit<ListOptions, 'prefix'> & { namespace?: string; choose?: { count: number; key: string } },
  ): Promise<Page<NomadService>>;
  delete(name: string, id: string): Promise<void>;
};

export function servicesApi({ read, list, write }: Requests): ServicesApi {
  const url = (name: string) => `/v1/service/${encodeURIComponent(name)}`;
  return {
    list: ({ namespace, ...blocking } = {}) =>
      read('/v1/services', { ...(namespace !== undefined && { namespace }) }, blocking),
    read: (name, { namespace, choose, ...options } = {}) =>
      list(url(name), options, {
        ...(namespace !== undefined && { namespace }),
        ...(choose && { choose: `${choose.count}|${choose.key}` }),
      }),
    delete: async (name, id) => {
      await write('DELETE', `${url(name)}/${encodeURIComponent(id)}`);
    },
  };
}
