import { allocStub } from '../../state/compose/stubs.ts';
import type { Endpoint } from '../shared/api.ts';
import { Missing, type NomadDeps, namespaceOf, reading } from './context.ts';
import { evalFields } from './filter-fields.ts';
import { checkId, checkPrefix } from './ids.ts';
import { byCreation, pageOf } from './listing.ts';

/** `/v1/evaluations` and `/v1/evaluation/…`. */
export function evaluationEndpoints(deps: NomadDeps): Endpoint[] {
  const { evals, allocs } = deps.state.tables;
  const list = reading(deps, (read, request) => {
    const namespace = namespaceOf(request);
    const { query } = request;
    const rows = read.list(evals, checkPrefix('eval', query.get('prefix') ?? ''));
    const wanted = rows.filter(
      (row) =>
        (namespace === '*' || row.Namespace === namespace) &&
        row.JobID === (query.get('job') || row.JobID) &&
        row.Status === (query.get('status') || row.Status),
    );
    return pageOf(request, { rows: wanted, placeOf: byCreation, shown: (row) => row, fields: evalFields });
  });
  const one = reading(
    deps,
    (read, request) => read.get(evals, checkId('eval', request.params['id'] ?? '')) ?? new Missing('eval not found'),
  );
  const allocations = reading(deps, (read, request) =>
    read
      .by(allocs, 'eval', checkId('eval', request.params['id'] ?? ''))
      .map((row) => allocStub(read, row, { resources: false, taskStates: true })),
  );
  return [
    { path: '/v1/evaluations', methods: { GET: list } },
    { path: '/v1/evaluation/:id', methods: { GET: one } },
    { path: '/v1/evaluation/:id/allocations', methods: { GET: allocations } },
  ];
}
