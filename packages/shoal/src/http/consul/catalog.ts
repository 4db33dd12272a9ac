import { commitPlanned } from '../../catalog/commit.ts';
import { planDeregister } from '../../catalog/deregister.ts';
import { type Instance, serviceRows } from '../../catalog/health.ts';
import { connectInstances } from '../../catalog/mesh/instances.ts';
import { linksOf } from '../../catalog/mesh/links.ts';
import { planRegister } from '../../catalog/register.ts';
import type { Read } from '../../state/read.ts';
import { type Answer, json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { filterOf } from '../shared/filter/filter-of.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { catalogDeregisterRequest, catalogRegisterRequest, DECODE_FAILED } from './bodies.ts';
import type { ConsulContext } from './deps.ts';
import { catalogServiceFields, nodeFields, serviceFields } from './filter-fields.ts';
import { nearTo } from './near.ts';
import { catalogServiceObject, gatewayServiceObject, nodeObject, serviceObject } from './objects.ts';
import { nodeMetaFilter, requireName, tagFilter } from './params.ts';
import { answerCached, checkDatacenter, checkPlace } from './reading.ts';

/** All nodes and services of the datacenter. */
export function catalogEndpoints(deps: ConsulContext): Endpoint[] {
  return [
    { path: '/v1/catalog/datacenters', methods: { GET: () => json(datacenters(deps)) } },
    { path: '/v1/catalog/nodes', methods: { GET: (request) => nodes(deps, request) } },
    { path: '/v1/catalog/services', methods: { GET: (request) => services(deps, request) } },
    { path: '/v1/catalog/service/*', methods: { GET: (request) => instances(deps, request, serviceRows) } },
    { path: '/v1/catalog/connect/*', methods: { GET: (request) => instances(deps, request, connectInstances) } },
    { path: '/v1/catalog/gateway-services/*', methods: { GET: (request) => gatewayServices(deps, request) } },
    { path: '/v1/catalog/node/*', methods: { GET: (request) => node(deps, request) } },
    { path: '/v1/catalog/node-services/*', methods: { GET: (request) => nodeServices(deps, request) } },
    { path: '/v1/catalog/register', methods: { PUT: (request) => register(deps, request) } },
    { path: '/v1/catalog/deregister', methods: { PUT: (request) => deregister(deps, request) } },
  ];
}

/** This one, then the nearest. */
function datacenters({ facts, federation }: ConsulContext): string[] {
  return [facts.datacenter, ...federation.list().map(({ name }) => name)];
}

function nodes(deps: ConsulContext, request: ApiRequest): Promise<Answer> {
  const hasMeta = nodeMetaFilter(request.query);
  const passes = filterOf(request.query, nodeFields);
  const near = nearTo(deps, request.query.get('near') ?? '');
  return answerCached(deps, request, (read) =>
    near(
      read.all(read.state.tables.catalogNodes).filter((row) => hasMeta(row.Meta)),
      ({ Node }) => Node,
    )
      .map(nodeObject)
      .filter(passes),
  );
}

/** Names with the tags that any instance has. */
function services(deps: ConsulContext, request: ApiRequest): Promise<Answer> {
  const hasMeta = nodeMetaFilter(request.query);
  const byMeta = request.query.has('node-meta');
  return answerCached(deps, request, (read) => {
    const { catalogNodes, catalogServices } = read.state.tables;
    if (byMeta) read.all(catalogNodes);
    const tags = new Map<string, Set<string>>();
    for (const row of read.all(catalogServices)) {
      if (byMeta && !hasMeta(catalogNodes.get(row.Node.toLowerCase())?.Meta ?? null)) continue;
      const known = tags.get(row.ServiceName) ?? new Set();
      tags.set(row.ServiceName, known);
      for (const tag of row.ServiceTags) known.add(tag);
    }
    return Object.fromEntries([...tags].map(([name, set]) => [name, [...set]]));
  });
}

function instances(
  deps: ConsulContext,
  request: ApiRequest,
  find: (read: Read, name: string) => Omit<Instance, 'checks'>[],
): Promise<Answer> {
  const name = requireName(request.params['*'], 'Missing service name');
  const hasMeta = nodeMetaFilter(request.query);
  const hasTags = tagFilter(request.query);
  const passes = filterOf(request.query, catalogServiceFields);
  const near = nearTo(deps, request.query.get('near') ?? '');
  return answerCached(deps, request, (read) =>
    near(
      find(read, name).filter(({ node, service }) => hasMeta(node.Meta) && hasTags(service.ServiceTags)),
      ({ node }) => node.Node,
    )
      .map(catalogServiceObject)
      .filter(passes),
  );
}

/** What a gateway leads to, by its configuration entry. */
function gatewayServices(deps: ConsulContext, request: ApiRequest): Promise<Answer> {
  const gateway = requireName(request.params['*'], 'Missing gateway name');
  return answerCached(deps, request, (read) => linksOf(read, gateway).map(gatewayServiceObject));
}

function node(deps: ConsulContext, request: ApiRequest): Promise<Answer> {
  const name = requireName(request.params['*'], 'Missing node name');
  const passes = filterOf(request.query, serviceFields);
  return answerCached(deps, request, (read) => {
    const found = readNode(read, name, passes);
    return found && { Node: found.node, Services: Object.fromEntries(found.services.map((one) => [one.ID, one])) };
  });
}

function nodeServices(deps: ConsulContext, request: ApiRequest): Promise<Answer> {
  const name = requireName(request.params['*'], 'Missing node name');
  const passes = filterOf(request.query, serviceFields);
  return answerCached(deps, request, (read) => {
    const found = readNode(read, name, passes);
    return found ? { Node: found.node, Services: found.services } : { Node: null, Services: null };
  });
}

function readNode(read: Read, name: string, passes: (value: unknown) => boolean) {
  const { catalogNodes, catalogServices } = read.state.tables;
  const row = read.get(catalogNodes, name.toLowerCase());
  const found = read.by(catalogServices, 'node', name.toLowerCase()).map(serviceObject).filter(passes);
  return row ? { node: nodeObject(row), services: found } : null;
}

async function register(deps: ConsulContext, request: ApiRequest): Promise<Answer> {
  checkPlace(deps, request.query);
  const { Datacenter, ...registration } = decodeBody(request.body, catalogRegisterRequest, DECODE_FAILED);
  checkDatacenter(deps, Datacenter);
  await commitPlanned(deps.state, (tables) => planRegister(tables, registration, deps.facts.datacenter));
  return json(true);
}

async function deregister(deps: ConsulContext, request: ApiRequest): Promise<Answer> {
  checkPlace(deps, request.query);
  const { Datacenter, ...named } = decodeBody(request.body, catalogDeregisterRequest, DECODE_FAILED);
  checkDatacenter(deps, Datacenter);
  await commitPlanned(deps.state, (tables) => planDeregister(tables, named));
  return json(true);
}
