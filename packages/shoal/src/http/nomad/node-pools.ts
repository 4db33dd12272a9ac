import { ALL_POOL, DEFAULT_POOL } from '../../server/node-pools.ts';
import { jobStub, nodeStub } from '../../state/compose/stubs.ts';
import type { Read } from '../../state/read.ts';
import type { NodePoolRow, NodeRow } from '../../state/rows.ts';
import { jobKey } from '../../state/tables.ts';
import { empty } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { map, optional, string, struct } from '../shared/shape.ts';
import { flag, Missing, type NomadDeps, namespaceOf, reading } from './context.ts';
import { jobFields, nodeFields, nodePoolFields } from './filter-fields.ts';
import { pageOf } from './listing.ts';

/** `/v1/node/pools` and `/v1/node/pool/…` (https://developer.hashicorp.com/nomad/api-docs/node-pools). */
export function nodePoolEndpoints(deps: NomadDeps): Endpoint[] {
  const { nodes, jobs } = deps.state.tables;
  const list = reading(deps, (read, request) => {
    const prefix = request.query.get('prefix') ?? '';
    return pageOf(request, {
      rows: poolsOf(read).filter(({ Name }) => Name.startsWith(prefix)),
      placeOf: ({ Name }) => ({ index: 0, id: Name }),
      shown,
      fields: nodePoolFields,
    });
  });
  const one = reading(deps, (read, request) => {
    const pool = poolNamed(read, nameOf(request));
    return pool ? shown(pool) : new Missing('node pool not found');
  });
  const nodesOf = reading(deps, (read, request) => {
    const name = nameOf(request);
    return pageOf(request, {
      rows: name === ALL_POOL ? read.list(nodes, '') : read.by(nodes, 'pool', name),
      placeOf: (row) => ({ index: 0, id: row.ID }),
      shown: (row) => nodeStub(row, { resources: flag(request, 'resources') }),
      asked: (row) => row,
      fields: nodeFields,
    });
  });
  const jobsOf = reading(deps, (read, request) => {
    const namespace = namespaceOf(request);
    read.allJobStatuses();
    const inScope = namespace === '*' ? read.all(jobs) : read.list(jobs, `${namespace}/`);
    return pageOf(request, {
      rows: inScope.filter(({ NodePool }) => (NodePool || DEFAULT_POOL) === nameOf(request)),
      placeOf: (row) => ({ index: 0, id: jobKey(row.Namespace, row.ID) }),
      shown: (row) => jobStub(read, row, { namespace: namespace === '*', meta: flag(request, 'meta') }),
      asked: (row) => ({ ...row, Status: read.jobStatus(row).status }),
      fields: jobFields,
    });
  });
  const put = async (request: ApiRequest) => written(await deps.server.nodePools.put(bodyOf(request)));
  const remove = async (request: ApiRequest) => written(await deps.server.nodePools.remove(nameOf(request)));
  return [
    { path: '/v1/node/pools', methods: { GET: list, PUT: put, POST: put } },
    { path: '/v1/node/pool/:name', methods: { GET: one, PUT: put, POST: put, DELETE: remove } },
    { path: '/v1/node/pool/:name/nodes', methods: { GET: nodesOf } },
    { path: '/v1/node/pool/:name/jobs', methods: { GET: jobsOf } },
  ];
}

const BUILT_IN = [
  { Name: ALL_POOL, Description: 'All nodes of the cluster' },
  { Name: DEFAULT_POOL, Description: 'Nodes that name no pool of their own' },
].map((pool): NodePoolRow => ({ ...pool, Meta: null, CreateIndex: 1, ModifyIndex: 1 }));

function poolNamed(read: Read, name: string): NodePoolRow | undefined {
  const { nodePools, nodes } = read.state.tables;
  const described = read.get(nodePools, name) ?? BUILT_IN.find(({ Name }) => Name === name);
  return described ?? poolOfNode(read.by(nodes, 'pool', name)[0]);
}

/** Nothing is known of it but that the node is in it. */
function poolOfNode(node: Pick<NodeRow, 'NodePool' | 'CreateIndex'> | undefined): NodePoolRow | undefined {
  if (!node) return undefined;
  const { NodePool: Name = DEFAULT_POOL, CreateIndex } = node;
  return { Name, Description: '', Meta: null, CreateIndex, ModifyIndex: CreateIndex };
}

/** Also those that nothing is known of but that a node is in it. */
function poolsOf(read: Read): NodePoolRow[] {
  const { nodePools, nodes } = read.state.tables;
  const known = new Map([...BUILT_IN, ...read.list(nodePools, '')].map((pool) => [pool.Name, pool]));
  for (const node of read.list(nodes, '')) {
    const pool = poolOfNode(node);
    if (pool && !known.has(pool.Name)) known.set(pool.Name, pool);
  }
  return [...known.values()];
}

function shown({ Name, Description, Meta, CreateIndex, ModifyIndex }: NodePoolRow) {
  return { Name, Description, Meta, SchedulerConfiguration: null, CreateIndex, ModifyIndex };
}

function nameOf(request: ApiRequest): string {
  return request.params['name'] ?? '';
}

const body = struct({ Name: string, Description: string, Meta: optional(map(string)) });

function bodyOf(request: ApiRequest) {
  const pool = decodeBody(request.body, body, '');
  const named = request.params['name'];
  if (named !== undefined && pool.Name !== '' && named !== pool.Name)
    throw new BadRequestError('Node pool name does not match request path');
  return { ...pool, Name: pool.Name || (named ?? ''), Meta: pool.Meta ?? null };
}

function written(index: number) {
  return empty(200, { 'x-nomad-index': String(index) });
}
