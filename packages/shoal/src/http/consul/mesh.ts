import { type Answer, text } from '../shared/answer.ts';
import type { Endpoint, Handler } from '../shared/api.ts';
import type { Fields } from '../shared/filter/fields.ts';
import { filterOf } from '../shared/filter/filter-of.ts';
import type { Method } from '../shared/request.ts';
import type { ConsulContext } from './deps.ts';
import { catalogServiceFields, serviceEntryFields } from './filter-fields.ts';
import { requireName } from './params.ts';
import { answerCached } from './reading.ts';

/** The words of an agent whose mesh and peering are turned off: clients know them. */
const NO_MESH = 'Connect must be enabled in order to use this endpoint';
const NO_PEERING = 'peering must be enabled to use this endpoint';

const gatewayServiceFields: Fields = {
  Gateway: 'string',
  Service: 'string',
  GatewayKind: 'string',
  Port: 'int',
  Protocol: 'string',
};

const off =
  (words: string): Handler =>
  () =>
    text(500, words);

function endpoint(words: string, path: string, ...methods: Method[]): Endpoint {
  return { path, methods: Object.fromEntries(methods.map((method) => [method, off(words)])) };
}

/** There is no service mesh here, so nothing is in it; what would change that is answered as not enabled. */
export function meshEndpoints(deps: ConsulContext): Endpoint[] {
  const none =
    (missing: string, fields: Fields): Handler =>
    (request): Promise<Answer> => {
      requireName(request.params['*'], missing);
      // Nothing passes it, but one that could never be true is an error all the same.
      filterOf(request.query, fields);
      return answerCached(deps, request, () => []);
    };
  return [
    { path: '/v1/catalog/connect/*', methods: { GET: none('Missing service name', catalogServiceFields) } },
    { path: '/v1/catalog/gateway-services/*', methods: { GET: none('Missing gateway name', gatewayServiceFields) } },
    { path: '/v1/health/connect/*', methods: { GET: none('Missing service name', serviceEntryFields) } },
    { path: '/v1/health/ingress/*', methods: { GET: none('Missing service name', serviceEntryFields) } },
    ...NOT_ENABLED,
  ];
}

const NOT_ENABLED: readonly Endpoint[] = [
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
