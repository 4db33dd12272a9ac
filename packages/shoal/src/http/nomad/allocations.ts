import { composeAllocation } from '../../state/compose/allocation.ts';
import { allocStub } from '../../state/compose/stubs.ts';
import { text } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import type { ApiRequest } from '../shared/request.ts';
import { flag, Missing, type NomadDeps, namespaceOf, reading, written } from './context.ts';
import { allocFields } from './filter-fields.ts';
import { checkId, checkPrefix } from './ids.ts';
import { byCreation, pageOf } from './listing.ts';

/** `/v1/allocations` and `/v1/allocation/…`. */
export function allocationEndpoints(deps: NomadDeps): Endpoint[] {
  const { allocs } = deps.state.tables;
  const list = reading(deps, (read, request) => {
    const namespace = request.query.get('namespace');
    const rows = read.list(allocs, checkPrefix('alloc', request.query.get('prefix') ?? ''));
    const options = { resources: flag(request, 'resources'), taskStates: request.query.get('task_states') !== 'false' };
    const wanted = namespace === '*' ? rows : rows.filter((row) => row.Namespace === namespaceOf(request));
    read.sawIndex(deps.state.tables.allocStatus.index);
    read.topics.add('allocStatus');
    return pageOf(request, {
      rows: wanted,
      placeOf: byCreation,
      shown: (row) => allocStub(read, row, options),
      fields: allocFields,
    });
  });
  const one = reading(deps, (read, request) => {
    const row = read.get(allocs, checkId('alloc', request.params['id'] ?? ''));
    return row ? composeAllocation(read, row) : new Missing('alloc not found');
  });
  const stop = async (request: ApiRequest) => {
    const id = checkId('alloc', request.params['id'] ?? '');
    if (!allocs.get(id)) return text(404, 'alloc not found');
    const { index, evalId } = await deps.server.allocations.stop(id, {
      noShutdownDelay: flag(request, 'no_shutdown_delay'),
    });
    return written(index, { EvalID: evalId });
  };
  const notFound = () => text(404, 'resource not found');
  return [
    { path: '/v1/allocations', methods: { GET: list } },
    { path: '/v1/allocation/:id', methods: { GET: one } },
    { path: '/v1/allocation/', methods: { GET: one } },
    { path: '/v1/allocation/:id/stop', methods: { PUT: stop, POST: stop } },
    { path: '/v1/allocation/:id/*', methods: { GET: notFound, PUT: notFound, POST: notFound } },
  ];
}
