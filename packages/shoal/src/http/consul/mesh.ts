import { text } from '../shared/answer.ts';
import type { Endpoint, Handler } from '../shared/api.ts';
import type { Method } from '../shared/request.ts';

/** The words of an agent whose mesh and peering are turned off: clients know them. */
const NO_MESH = 'Connect must be enabled in order to use this endpoint';
const NO_PEERING = 'peering must be enabled to use this endpoint';

const off =
  (words: string): Handler =>
  () =>
    text(500, words);

function endpoint(words: string, path: string, ...methods: Method[]): Endpoint {
  return { path, methods: Object.fromEntries(methods.map((method) => [method, off(words)])) };
}

/** There is no service mesh here. What is registered for one is in the catalog; what would make one is not enabled. */
export const meshEndpoints: readonly Endpoint[] = [
  endpoint(NO_MESH, '/v1/connect/ca/roots', 'GET'),
  endpoint(NO_MESH, '/v1/connect/ca/configuration', 'GET', 'PUT'),
  endpoint(NO_MESH, '/v1/connect/intentions', 'GET', 'POST'),
  endpoint(NO_MESH, '/v1/connect/intentions/*', 'GET', 'PUT', 'DELETE'),
  endpoint(NO_MESH, '/v1/agent/connect/ca/roots', 'GET'),
  endpoint(NO_MESH, '/v1/agent/connect/ca/leaf/*', 'GET'),
  endpoint(NO_MESH, '/v1/agent/connect/authorize', 'POST'),
  endpoint(NO_MESH, '/v1/discovery-chain/*', 'GET', 'POST'),
  endpoint(NO_MESH, '/v1/exported-services', 'GET'),
  endpoint(NO_PEERING, '/v1/peering/token', 'POST'),
  endpoint(NO_PEERING, '/v1/peering/establish', 'POST'),
  endpoint(NO_PEERING, '/v1/peering/*', 'GET', 'DELETE'),
  endpoint(NO_PEERING, '/v1/peerings', 'GET'),
];
