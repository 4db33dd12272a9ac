export type * from './consul/catalog.ts';
export type { Answer, BlockingOptions, ConsulClient, ConsulClientOptions } from './consul/client.ts';
export { ConsulApiError, createConsulClient } from './consul/client.ts';
export type * from './consul/kv.ts';
export type * from './nomad/allocation.ts';
export type * from './nomad/deployment.ts';
export type * from './nomad/evaluation.ts';
export type * from './nomad/job.ts';
export type * from './nomad/node.ts';
