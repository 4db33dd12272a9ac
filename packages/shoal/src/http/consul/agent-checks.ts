import type { CheckStatus } from '@shoal/api';
import { isCheckStatus } from '../../catalog/registration.ts';
import { RegistrationRefusedError } from '../../catalog/registry/errors.ts';
import { checkFromRequest } from '../../catalog/registry/validate.ts';
import { type Answer, empty, json } from '../shared/answer.ts';
import type { Endpoint, Handler } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import { filterOf } from '../shared/filter/filter-of.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { agentCheckBody, checkUpdateBody, DECODE_FAILED } from './bodies.ts';
import type { ConsulApiDeps } from './deps.ts';
import { checkFields } from './filter-fields.ts';
import { agentCheckObject } from './objects.ts';

/** The checks of this agent. */
export function agentCheckEndpoints(deps: ConsulApiDeps): Endpoint[] {
  return [
    { path: '/v1/agent/checks', methods: { GET: (request) => json(list(deps, request)) } },
    { path: '/v1/agent/check/register', methods: { PUT: (request) => register(deps, request) } },
    { path: '/v1/agent/check/deregister/*', methods: { PUT: (request) => deregister(deps, request) } },
    { path: '/v1/agent/check/pass/*', methods: { PUT: ttlUpdate(deps, 'passing') } },
    { path: '/v1/agent/check/warn/*', methods: { PUT: ttlUpdate(deps, 'warning') } },
    { path: '/v1/agent/check/fail/*', methods: { PUT: ttlUpdate(deps, 'critical') } },
    { path: '/v1/agent/check/update/*', methods: { PUT: (request) => update(deps, request) } },
  ];
}

function list({ registry, facts }: ConsulApiDeps, { query }: ApiRequest) {
  const passes = filterOf(query, checkFields);
  const objects = [...registry.checks.values()].map((check) =>
    agentCheckObject(facts.nodeName, check, registry.services.get(check.definition.serviceId)),
  );
  return Object.fromEntries(objects.filter(passes).map((object) => [object.CheckID, object]));
}

async function register({ registry, syncCatalog }: ConsulApiDeps, { body }: ApiRequest): Promise<Answer> {
  await registry.registerCheck(checkFromRequest(decodeBody(body, agentCheckBody, DECODE_FAILED), registry.rules));
  await syncCatalog();
  return empty();
}

async function deregister({ registry, syncCatalog }: ConsulApiDeps, { params }: ApiRequest): Promise<Answer> {
  const id = params['*'] ?? '';
  if (id === '') throw new RegistrationRefusedError('CheckID missing');
  await registry.deregisterCheck(id);
  await syncCatalog();
  return empty();
}

function ttlUpdate({ registry, syncCatalog }: ConsulApiDeps, status: CheckStatus): Handler {
  return async ({ params, query }) => {
    registry.updateTtl(params['*'] ?? '', status, query.get('note') ?? '');
    await syncCatalog();
    return empty();
  };
}

async function update({ registry, syncCatalog }: ConsulApiDeps, { params, body }: ApiRequest): Promise<Answer> {
  const { Status, Output } = decodeBody(body, checkUpdateBody, DECODE_FAILED);
  if (!isCheckStatus(Status)) throw new BadRequestError(`Invalid check status: '${Status}'`);
  registry.updateTtl(params['*'] ?? '', Status, Output);
  await syncCatalog();
  return empty();
}
