import { createHash } from 'node:crypto';
import { DEFAULT_NAMESPACE } from '../../server/namespaces.ts';
import type { NamespaceRow } from '../../state/rows.ts';
import { empty } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { BadRequestError } from '../shared/errors.ts';
import { decodeBody } from '../shared/json-body.ts';
import type { ApiRequest } from '../shared/request.ts';
import { map, optional, string, struct } from '../shared/shape.ts';
import { Missing, type NomadDeps, reading } from './context.ts';

/** `/v1/namespaces` and `/v1/namespace/…`. */
export function namespaceEndpoints(deps: NomadDeps): Endpoint[] {
  const { namespaces } = deps.state.tables;
  const list = reading(deps, (read, request) => {
    const prefix = request.query.get('prefix') ?? '';
    const rows = read.list(namespaces, prefix);
    const all = rows.some(({ Name }) => Name === DEFAULT_NAMESPACE) ? rows : [DEFAULT, ...rows];
    return all.filter(({ Name }) => Name.startsWith(prefix)).map(shown);
  });
  const one = reading(deps, (read, request) => {
    const name = nameOf(request);
    const row = read.get(namespaces, name) ?? (name === DEFAULT_NAMESPACE ? DEFAULT : undefined);
    return row ? shown(row) : new Missing('Namespace not found');
  });
  const put = async (request: ApiRequest) => written(await deps.server.namespaces.put(bodyOf(request)));
  const remove = async (request: ApiRequest) => written(await deps.server.namespaces.remove(nameOf(request)));
  return [
    { path: '/v1/namespaces', methods: { GET: list } },
    { path: '/v1/namespace', methods: { PUT: put, POST: put } },
    { path: '/v1/namespace/:name', methods: { GET: one, PUT: put, POST: put, DELETE: remove } },
    { path: '/v1/namespace/', methods: { GET: one, DELETE: remove } },
  ];
}

const DEFAULT: NamespaceRow = {
  Name: DEFAULT_NAMESPACE,
  Description: 'Default shared namespace',
  CreateIndex: 1,
  ModifyIndex: 1,
};

function shown(row: NamespaceRow) {
  const { Name, Description, CreateIndex, ModifyIndex } = row;
  const Hash = createHash('sha256').update(`${Name}\u0000${Description}`).digest('base64');
  return { Name, Description, Quota: '', Meta: row.Meta ?? null, Hash, CreateIndex, ModifyIndex };
}

function nameOf(request: ApiRequest): string {
  const name = request.params['name'] ?? '';
  if (name === '') throw new BadRequestError('Missing Namespace Name');
  return name;
}

const body = struct({ Name: string, Description: string, Meta: optional(map(string)) });

function bodyOf(request: ApiRequest) {
  const namespace = decodeBody(request.body, body, '');
  const named = request.params['name'];
  if (named !== undefined && named !== namespace.Name)
    throw new BadRequestError('Namespace name does not match request path');
  return { ...namespace, Meta: namespace.Meta ?? null };
}

function written(index: number) {
  return empty(200, { 'x-nomad-index': String(index) });
}
