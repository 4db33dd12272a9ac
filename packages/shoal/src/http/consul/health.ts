import { type Instance, serviceInstances, worstStatus } from '../../catalog/health.ts';
import { connectInstances, ingressInstances } from '../../catalog/mesh/instances.ts';
import { isCheckStatus } from '../../catalog/registration.ts';
import type { Read } from '../../state/read.ts';
import type { CatalogCheckRow } from '../../state/rows.ts';
import type { Answer } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import { filterOf } from '../shared/filter/filter-of.ts';
import type { ApiRequest } from '../shared/request.ts';
import type { ConsulContext } from './deps.ts';
import { checkFields, serviceEntryFields } from './filter-fields.ts';
import { nearTo } from './near.ts';
import { checkObject, serviceEntryObject } from './objects.ts';
import { nodeMetaFilter, parseBool, requireName, tagFilter } from './params.ts';
import { answerCached } from './reading.ts';

/** What is healthy. */
export function healthEndpoints(deps: ConsulContext): Endpoint[] {
  return [
    { path: '/v1/health/service/*', methods: { GET: (request) => instances(deps, request, serviceInstances) } },
    { path: '/v1/health/connect/*', methods: { GET: (request) => instances(deps, request, connectInstances) } },
    { path: '/v1/health/ingress/*', methods: { GET: (request) => instances(deps, request, ingressInstances) } },
    { path: '/v1/health/checks/*', methods: { GET: (request) => serviceChecks(deps, request) } },
    { path: '/v1/health/node/*', methods: { GET: (request) => nodeChecks(deps, request) } },
    { path: '/v1/health/state/*', methods: { GET: (request) => checksInState(deps, request) } },
  ];
}

/** A service's own, or those through which it is reached in a mesh. */
function instances(
  deps: ConsulContext,
  request: ApiRequest,
  find: (read: Read, name: string) => Instance[],
): Promise<Answer> {
  const name = requireName(request.params['*'], 'Missing service name');
  const { query } = request;
  const hasMeta = nodeMetaFilter(query);
  const hasTags = tagFilter(query);
  const isWanted = onlyPassing(query) ? isPassing : () => true;
  const passes = filterOf(query, serviceEntryFields);
  const near = nearTo(deps, query.get('near') ?? '');
  return answerCached(deps, request, (read) =>
    near(
      find(read, name).filter((one) => hasMeta(one.node.Meta) && hasTags(one.service.ServiceTags) && isWanted(one)),
      ({ node }) => node.Node,
    )
      .map(serviceEntryObject)
      .filter(passes),
  );
}

/** `?passing` alone means yes. */
function onlyPassing(query: URLSearchParams): boolean {
  const value = query.get('passing');
  if (value === null) return false;
  const wanted = value === '' ? true : parseBool(value);
  if (wanted === undefined) throw new BadRequestError('Invalid value for ?passing');
  return wanted;
}

function isPassing({ checks }: Instance): boolean {
  return worstStatus(checks) === 'passing';
}

function serviceChecks(deps: ConsulContext, request: ApiRequest): Promise<Answer> {
  const name = requireName(request.params['*'], 'Missing service name').toLowerCase();
  return answerChecks(deps, request, (read) => read.by(read.state.tables.catalogChecks, 'serviceName', name));
}

function nodeChecks(deps: ConsulContext, request: ApiRequest): Promise<Answer> {
  const name = requireName(request.params['*'], 'Missing node name').toLowerCase();
  // Of a node that is named, metadata are not asked.
  return answerChecks(deps, request, (read) => read.by(read.state.tables.catalogChecks, 'node', name), {
    byMeta: false,
  });
}

function checksInState(deps: ConsulContext, request: ApiRequest): Promise<Answer> {
  const wanted = requireName(request.params['*'], 'Missing check state');
  return answerChecks(deps, request, (read) => {
    const { catalogChecks } = read.state.tables;
    if (wanted === 'any') return read.all(catalogChecks);
    return isCheckStatus(wanted) ? read.by(catalogChecks, 'status', wanted) : [];
  });
}

function answerChecks(
  deps: ConsulContext,
  request: ApiRequest,
  rowsOf: (read: Read) => CatalogCheckRow[],
  { byMeta = request.query.has('node-meta') } = {},
): Promise<Answer> {
  const hasMeta = nodeMetaFilter(request.query);
  const passes = filterOf(request.query, checkFields);
  const near = nearTo(deps, request.query.get('near') ?? '');
  return answerCached(deps, request, (read) => {
    const { catalogNodes } = read.state.tables;
    const isOnNode = ({ Node }: CatalogCheckRow) => hasMeta(read.get(catalogNodes, Node.toLowerCase())?.Meta ?? null);
    const rows = rowsOf(read);
    return near(byMeta ? rows.filter(isOnNode) : rows, ({ Node }) => Node)
      .map(checkObject)
      .filter(passes);
  });
}
