import { createHash } from 'node:crypto';
import { RegistrationRefusedError, UnknownServiceError } from '../../catalog/registry/errors.ts';
import type { Registry } from '../../catalog/registry/registry.ts';
import { serviceFromRequest } from '../../catalog/registry/validate.ts';
import { DEFAULT_WAIT_MS, MAX_WAIT_MS } from '../../state/blocking.ts';
import { type Answer, empty, json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { blockingParams } from '../shared/blocking-params.ts';
import { filterOf } from '../shared/filter/filter-of.ts';
import { toJson } from '../shared/json.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { agentServiceRequest, DECODE_FAILED } from './bodies.ts';
import type { ConsulApiDeps } from './deps.ts';
import { serviceFields } from './filter-fields.ts';
import { agentServiceObject } from './objects.ts';

/** The services of this agent. */
export function agentServiceEndpoints(deps: ConsulApiDeps): Endpoint[] {
  const { registry } = deps;
  return [
    { path: '/v1/agent/services', methods: { GET: (request) => json(list(registry, request)) } },
    { path: '/v1/agent/service/register', methods: { PUT: (request) => register(deps, request) } },
    {
      path: '/v1/agent/service/deregister/*',
      methods: {
        async PUT({ params }) {
          const id = params['*'] ?? '';
          if (id === '') throw new RegistrationRefusedError('ServiceID missing');
          await registry.deregisterService(id);
          await deps.syncCatalog();
          return empty();
        },
      },
    },
    { path: '/v1/agent/service/*', methods: { GET: (request) => one(deps, request) } },
  ];
}

function list(registry: Registry, { query }: ApiRequest) {
  const passes = filterOf(query, serviceFields);
  const objects = [...registry.services.values()].map(agentServiceObject).filter(passes);
  return Object.fromEntries(objects.map((object) => [object.ID, object]));
}

async function register(deps: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  const { service, checks } = serviceFromRequest(
    decodeBody(request.body, agentServiceRequest, DECODE_FAILED),
    deps.registry.rules,
  );
  await deps.registry.registerService(service, checks, { replaceChecks: request.query.has('replace-existing-checks') });
  await deps.syncCatalog();
  return empty();
}

/** Agent endpoints have no index: who wants to wait names the hash of what it has (`?hash=&wait=`). */
async function one({ registry }: ConsulApiDeps, request: ApiRequest): Promise<Answer> {
  const id = request.params['*'] ?? '';
  const hash = request.query.get('hash') ?? '';
  const { waitMs } = blockingParams(request.query);
  let object = hashed(registry, id);
  if (hash !== '' && object.ContentHash === hash) {
    await serviceChange(registry, id, waitMs, request.signal);
    object = hashed(registry, id);
  }
  return json(object, { 'x-consul-contenthash': object.ContentHash });
}

function hashed(registry: Registry, id: string) {
  const service = registry.services.get(id);
  if (!service) throw new UnknownServiceError(`unknown service ID: ${id}`);
  const object = agentServiceObject(service);
  const ContentHash = createHash('sha256').update(toJson(object)).digest('hex').slice(0, 16);
  return { ...object, ContentHash };
}

function serviceChange(registry: Registry, id: string, waitMs: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      stopListening();
      resolve();
    };
    const stopListening = registry.onChange((change) => {
      if (change.kind === 'service' && change.id === id) end();
    });
    const timer = setTimeout(end, Math.min(waitMs > 0 ? waitMs : DEFAULT_WAIT_MS, MAX_WAIT_MS));
    signal.addEventListener('abort', end, { once: true });
  });
}
