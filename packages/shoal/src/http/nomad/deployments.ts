import type { DeploymentWritten } from '../../server/deployments.ts';
import { composeDeployment } from '../../state/compose/deployment.ts';
import { allocStub } from '../../state/compose/stubs.ts';
import { json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { boolean, type Decoded, list, string, struct } from '../shared/shape.ts';
import { Missing, type NomadDeps, namespaceOf, reading } from './context.ts';
import { deploymentFields } from './filter-fields.ts';
import { checkId, checkPrefix } from './ids.ts';
import { byCreation, pageOf } from './listing.ts';

/** `/v1/deployments` and `/v1/deployment/…`. */
export function deploymentEndpoints(deps: NomadDeps): Endpoint[] {
  const { deployments, allocs } = deps.state.tables;
  const all = reading(deps, (read, request) => {
    const namespace = namespaceOf(request);
    const rows = read.list(deployments, checkPrefix('', request.query.get('prefix') ?? ''));
    const wanted = rows.filter((row) => namespace === '*' || row.Namespace === namespace);
    return pageOf(request, {
      rows: wanted,
      placeOf: byCreation,
      shown: (row) => composeDeployment(read, row),
      fields: deploymentFields,
    });
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
    { path: '/v1/deployments', methods: { GET: all } },
    { path: '/v1/deployment/:id', methods: { GET: one } },
    { path: '/v1/deployment/allocations/:id', methods: { GET: allocations } },
    ...Object.entries(actions(deps)).map(([verb, act]) => action(verb, act)),
  ];
}

type Act = (id: string, body: Body) => Promise<DeploymentWritten>;

function actions({ server: { deployments } }: NomadDeps): Record<string, Act> {
  return {
    promote: (id, { All, Groups }) => deployments.promote(id, All ? undefined : Groups),
    fail: (id) => deployments.failByUser(id),
    pause: (id, { Pause }) => deployments.pause(id, Pause),
    'allocation-health': (id, body) =>
      deployments.setHealth(id, body.HealthyAllocationIDs, body.UnhealthyAllocationIDs),
    // Only deployments over several regions are ever blocked, and there are none.
    unblock: (id) => deployments.unblock(id),
  };
}

const body = struct({
  DeploymentID: string,
  All: boolean,
  Groups: list(string),
  Pause: boolean,
  HealthyAllocationIDs: list(string),
  UnhealthyAllocationIDs: list(string),
});
type Body = Decoded<typeof body>;

function action(verb: string, act: Act): Endpoint {
  const handler = async (request: ApiRequest) => {
    const id = request.params['id'] ?? '';
    // Failing says all in its path, and takes no body.
    const given = request.body.length === 0 && verb === 'fail' ? body({}, '') : decodeBody(request.body, body, '');
    if (verb !== 'fail') checkNamed(given.DeploymentID, id);
    const { index, evalId, revertedTo } = await act(checkId('deployment', id), given);
    const answer = {
      EvalID: evalId,
      EvalCreateIndex: evalId === '' ? 0 : index,
      DeploymentModifyIndex: index,
      RevertedJobVersion: revertedTo ?? null,
      Index: index,
    };
    return json(answer, { 'x-nomad-index': String(index) });
  };
  return { path: `/v1/deployment/${verb}/:id`, methods: { PUT: handler, POST: handler } };
}

function checkNamed(named: string, id: string): void {
  if (named === '') throw new BadRequestError('DeploymentID must be specified');
  if (named !== id) throw new BadRequestError('Deployment ID does not match');
}
