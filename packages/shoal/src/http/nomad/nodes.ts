import type { NodeWritten } from '../../server/nodes.ts';
import { composeAllocation } from '../../state/compose/allocation.ts';
import { composeNode, nodeStub } from '../../state/compose/stubs.ts';
import type { Endpoint } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { boolean, duration, optional, struct } from '../shared/shape.ts';
import type { AgentFacts } from './agent.ts';
import { flag, Missing, type NomadDeps, objectBody, reading, written } from './context.ts';
import { nodeFields } from './filter-fields.ts';
import { checkId, checkPrefix } from './ids.ts';
import { pageOf } from './listing.ts';

type NodeDeps = NomadDeps & { readonly agent: AgentFacts };

/** `/v1/nodes` and `/v1/node/…`. */
export function nodeEndpoints(deps: NodeDeps): Endpoint[] {
  const { nodes, allocs } = deps.state.tables;
  const list = reading(deps, (read, request) => {
    const rows = read.list(nodes, checkPrefix('node', request.query.get('prefix') ?? ''));
    return pageOf(request, {
      rows,
      placeOf: (row) => ({ index: 0, id: row.ID }),
      shown: (row) => nodeStub(row, { resources: flag(request, 'resources') }),
      asked: (row) => row,
      fields: nodeFields,
    });
  });
  const one = reading(deps, (read, request) => {
    const row = read.get(nodes, idOf(request));
    return row ? composeNode(row) : new Missing('node not found');
  });
  const allocations = reading(deps, (read, request) =>
    read.by(allocs, 'node', idOf(request)).map((row) => composeAllocation(read, row)),
  );
  const evaluate = async (request: ApiRequest) =>
    nodeWritten(deps, idOf(request), await deps.server.nodes.evaluate(idOf(request)));
  const purge = async (request: ApiRequest) => {
    const result = await deps.server.nodes.purge(idOf(request));
    return written(result.index, {
      EvalIDs: orNull(result.evalIds),
      EvalCreateIndex: result.evalIndex,
      NodeModifyIndex: 0,
    });
  };
  const eligibility = async (request: ApiRequest) => {
    const wanted = objectBody(request, 'Eligibility must be specified')['Eligibility'];
    if (wanted !== 'eligible' && wanted !== 'ineligible')
      throw new BadRequestError(
        `invalid scheduling eligibility ${JSON.stringify(wanted ?? '')}: use "eligible" or "ineligible"`,
      );
    const result = await deps.server.nodes.setEligibility(idOf(request), wanted);
    return written(result.index, {
      EvalIDs: orNull(result.evalIds),
      EvalCreateIndex: result.evalIndex,
      NodeModifyIndex: 0,
    });
  };
  const drain = async (request: ApiRequest) => {
    const { DrainSpec, MarkEligible } = decodeBody(request.body, drainBody, '');
    const spec = DrainSpec ? { deadlineNanos: DrainSpec.Deadline, ignoreSystemJobs: DrainSpec.IgnoreSystemJobs } : null;
    const result = await deps.server.nodes.drain(idOf(request), spec, MarkEligible);
    return written(result.index, {
      EvalIDs: orNull(result.evalIds),
      EvalCreateIndex: result.evalIndex,
      NodeModifyIndex: result.index,
    });
  };
  return [
    { path: '/v1/nodes', methods: { GET: list } },
    { path: '/v1/node/:id', methods: { GET: one } },
    { path: '/v1/node/:id/allocations', methods: { GET: allocations } },
    { path: '/v1/node/:id/evaluate', methods: { PUT: evaluate, POST: evaluate } },
    { path: '/v1/node/:id/purge', methods: { PUT: purge, POST: purge } },
    { path: '/v1/node/:id/drain', methods: { PUT: drain, POST: drain } },
    { path: '/v1/node/:id/eligibility', methods: { PUT: eligibility, POST: eligibility } },
  ];
}

/** `DrainSpec` null gives a drain up. */
const drainBody = struct({
  DrainSpec: optional(struct({ Deadline: duration, IgnoreSystemJobs: boolean })),
  MarkEligible: boolean,
});

function orNull(ids: string[]): string[] | null {
  return ids.length > 0 ? ids : null;
}

function idOf(request: ApiRequest): string {
  return checkId('node', request.params['id'] ?? '');
}

function nodeWritten(deps: NodeDeps, nodeId: string, result: NodeWritten) {
  return written(result.index, {
    EvalCreateIndex: result.evalIndex,
    EvalIDs: orNull(result.evalIds),
    Features: 0,
    HeartbeatTTL: 0,
    LeaderRPCAddr: '',
    NodeModifyIndex: deps.state.tables.nodes.get(nodeId)?.ModifyIndex ?? 0,
    NumNodes: deps.state.tables.nodes.size,
    Servers: [serverOf(deps.agent)],
  });
}

function serverOf({ leader, datacenter }: AgentFacts) {
  return { Datacenter: datacenter, RPCAdvertiseAddr: leader(), RPCMajorVersion: 1, RPCMinorVersion: 1 };
}
