export type { Answer, BlockingOptions } from './blocking.ts';
export type * from './consul/catalog.ts';
export type { ConsulClient, ConsulClientOptions, KVApi, ReadOptions } from './consul/client.ts';
export { ConsulApiError, createConsulClient } from './consul/client.ts';
export type { AskOptions, ConsulHttp, HttpAnswer, Method } from './consul/http.ts';
export { createConsulHttp } from './consul/http.ts';
export type * from './consul/kv.ts';
export type * from './nomad/allocation.ts';
export type * from './nomad/answers.ts';
export type * from './nomad/client.ts';
export { createNomadClient } from './nomad/client.ts';
export type * from './nomad/deployment.ts';
export type * from './nomad/evaluation.ts';
export { type Frame, readFrames } from './nomad/frames.ts';
export type * from './nomad/job.ts';
export type { KeyringApi, RootKey } from './nomad/keyring.ts';
export type * from './nomad/list.ts';
export type * from './nomad/node.ts';
export type { NodePool, NodePoolBody, NodePoolsApi } from './nomad/node-pool.ts';
export type * from './nomad/operator.ts';
export { NomadApiError, type NomadClientOptions } from './nomad/request.ts';
export type { NomadCheck, NomadService, NomadServiceNames, ServicesApi } from './nomad/service.ts';
export type {
  Variable,
  VariableBody,
  VariableLock,
  VariableStub,
  VariablesApi,
  VariableWritten,
} from './nomad/variable.ts';
export type * from './transport.ts';
