import { composeDeployment } from '../../state/compose/deployment.ts';
import { allocStub } from '../../state/compose/stubs.ts';
import type { Endpoint } from '../shared/api.ts';
import { Missing, type NomadDeps, namespaceOf, reading } from './context.ts';
import { checkId, checkPrefix } from './ids.ts';

/** `/v1/deployments` and reading `/v1/deployment/…`. */
export function deploymentEndpoints(deps: NomadDeps): Endpoint[] {
  const { deployments, allocs } = deps.state.tables;
  const list = reading(deps, (read, request) => {
    const namespace = namespaceOf(request);
    const rows = read.list(deployments, checkPrefix('deployment', request.query.get('prefix') ?? ''));
    const wanted = rows.filter((row) => namespace === '*' || row.Namespace === namespace);
    return wanted.sort((a, b) => b.CreateIndex - a.CreateIndex).map((row) => composeDeployment(read, row));
  });
  const one = reading(deps, (read, request) => {
    const row = read.get(deployments, checkId('deployment', request.params['id'] ?? ''));
    return row ? composeDeployment(read, row) : new Missing('deployment not found');
  });
  const allocations = reading(deps, (read, request) =>
    read
      .by(allocs, 'deployment', checkId('deployment', request.params['id'] ?? ''))
      .map((row) => allocStub(read, row, { resources: false, taskStates: true })),
  );
  return [
    { path: '/v1/deployments', methods: { GET: list } },
    { path: '/v1/deployment/:id', methods: { GET: one } },
    { path: '/v1/deployment/allocations/:id', methods: { GET: allocations } },
  ];
}
