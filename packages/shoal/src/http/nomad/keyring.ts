import { json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import type { ApiRequest } from '../shared/request.ts';
import { flag, type NomadDeps, reading } from './context.ts';

/** `/v1/operator/keyring/…` (https://developer.hashicorp.com/nomad/api-docs/operator/keyring): which keys there are, never the keys. */
export function keyringEndpoints(deps: NomadDeps): Endpoint[] {
  const { keyring } = deps.server;
  const { rootKeys } = deps.state.tables;
  const list = reading(deps, (read) => read.all(rootKeys));
  const rotate = async (request: ApiRequest) => {
    const key = await keyring.rotate();
    if (flag(request, 'full')) await keyring.reencrypt();
    return json({ Key: key, Index: key.ModifyIndex }, { 'x-nomad-index': String(key.ModifyIndex) });
  };
  const remove = async ({ params }: ApiRequest) => {
    const index = await keyring.remove(params['id'] ?? '');
    return json({ Index: index }, { 'x-nomad-index': String(index) });
  };
  return [
    { path: '/v1/operator/keyring/keys', methods: { GET: list } },
    { path: '/v1/operator/keyring/rotate', methods: { PUT: rotate, POST: rotate } },
    { path: '/v1/operator/keyring/key/:id', methods: { DELETE: remove } },
  ];
}
