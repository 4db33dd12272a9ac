import { createHash } from 'node:crypto';
import type { NomadService } from '@shoal/api';
import { removeService } from '../../catalog/deregister.ts';
import { allocationServices, nomadServiceInstances, nomadServiceNames } from '../../state/compose/nomad-service.ts';
import type { CatalogServiceRow } from '../../state/rows.ts';
import { type Answer, json, text } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import type { Fields } from '../shared/filter/fields.ts';
import type { ApiRequest } from '../shared/request.ts';
import type { ClientApiDeps } from './client.ts';
import { namespaceOf, reading } from './context.ts';
import { checkId } from './ids.ts';
import { pageOf } from './listing.ts';

/** `/v1/services`, `/v1/service/…`, and the services of an allocation (https://developer.hashicorp.com/nomad/api-docs/services). */
export function serviceEndpoints(deps: ClientApiDeps): Endpoint[] {
  const list = reading(deps, (read, request) => nomadServiceNames(read, namespaceOf(request)));
  const one = reading(deps, (read, request) => {
    const instances = nomadServiceInstances(read, namespaceOf(request), request.params['name'] ?? '');
    return pageOf(request, { rows: chosen(instances, request), placeOf, shown: (row) => row, fields });
  });
  const ofAllocation = reading(deps, (read, { params }) =>
    allocationServices(read, checkId('alloc', params['id'] ?? '')),
  );
  return [
    { path: '/v1/services', methods: { GET: list } },
    { path: '/v1/service/:name', methods: { GET: one } },
    { path: '/v1/service/:name/:id', methods: { DELETE: (request) => remove(deps, request) } },
    { path: '/v1/allocation/:id/services', methods: { GET: ofAllocation } },
  ];
}

const placeOf = ({ ID }: NomadService) => ({ index: 0, id: ID });

const fields: Fields = {
  ID: 'string',
  ServiceName: 'string',
  Namespace: 'string',
  NodeID: 'string',
  Datacenter: 'string',
  JobID: 'string',
  AllocID: 'string',
  Tags: 'strings',
  Address: 'string',
  Port: 'int',
  CreateIndex: 'int',
  ModifyIndex: 'int',
};

/** `?choose=2|key`: by rendezvous hashing, as `nomadService` of templates does it: who comes or goes moves only what has to be moved. */
function chosen(instances: readonly NomadService[], { query }: ApiRequest): readonly NomadService[] {
  const given = query.get('choose');
  if (given === null || given === '') return instances;
  const [, count = '', key = ''] = /^([1-9]\d{0,8})\|(.+)$/s.exec(given) ?? [];
  if (count === '')
    throw new BadRequestError(`choose is "<number>|<key>", such as "2|web", not ${JSON.stringify(given)}`);
  const rank = ({ ID }: NomadService) => createHash('md5').update(`${key}\n${ID}`).digest('hex');
  const ranked = instances.map((instance) => ({ instance, rank: rank(instance) }));
  return ranked
    .sort((a, b) => (a.rank > b.rank ? -1 : 1))
    .slice(0, Number(count))
    .map(({ instance }) => instance);
}

/**
 * Its agent forgets it, and with that the catalog does, until its task starts again. Of an agent that is away the row is removed; it comes back with
 * the agent, if its task still runs.
 */
async function remove(deps: ClientApiDeps, request: ApiRequest): Promise<Answer> {
  const { name = '', id = '' } = request.params;
  const row = [...deps.state.tables.catalogServices.by('ofNomad', name)].find(({ ServiceID }) => ServiceID === id);
  const alloc = row && deps.state.tables.allocs.get(row.NomadAllocID ?? '');
  if (!row || (alloc && alloc.Namespace !== namespaceOf(request))) return text(404, 'service registration not found');
  const isForgotten = alloc !== undefined && (await forget(deps, alloc.NodeID, row, request.signal));
  if (!isForgotten) await deps.state.commit({ ops: removeService(deps.state.tables, row.Node, row.ServiceID) });
  return json({}, { 'x-nomad-index': String(deps.state.index()) });
}

async function forget(
  { tunnels }: ClientApiDeps,
  nodeId: string,
  { NomadAllocID, ServiceID }: CatalogServiceRow,
  signal: AbortSignal,
): Promise<boolean> {
  if (!tunnels.connected(nodeId)) return false;
  const path = `/v1/client/allocation/${NomadAllocID}/deregister`;
  const body = Buffer.from(JSON.stringify({ ServiceID }));
  const { status, stream } = await tunnels.request(nodeId, { method: 'PUT', path, headers: {}, body }, signal);
  stream.resume();
  return status === 200;
}
