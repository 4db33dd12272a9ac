import { json } from '../shared/answer.ts';
import type { Endpoint } from '../shared/api.ts';
import { NotFoundError } from '../shared/errors.ts';
import type { ApiRequest } from '../shared/request.ts';
import { flag, type NomadDeps, reading } from './context.ts';

const JWKS_PATH = '/.well-known/jwks.json';

/** `/v1/operator/keyring/…` (https://developer.hashicorp.com/nomad/api-docs/operator/keyring): which keys there are, never the keys. */
export function keyringEndpoints(deps: NomadDeps): Endpoint[] {
  const { keyring } = deps.server;
  const { rootKeys } = deps.state.tables;
  const list = reading(deps, (read) => read.all(rootKeys).map(({ Signing: _, ...row }) => row));
  const rotate = async (request: ApiRequest) => {
    const key = await keyring.rotate();
    if (flag(request, 'full')) await keyring.reencrypt();
    const { Signing: _, ...shown } = key;
    return json({ Key: shown, Index: key.ModifyIndex }, { 'x-nomad-index': String(key.ModifyIndex) });
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

/**
 * What others verify the tokens of tasks with (https://developer.hashicorp.com/nomad/api-docs/operator/keyring#list-active-public-keys,
 * OpenID Connect Discovery 1.0 section 4).
 */
export function tokenKeyEndpoints({ server, state }: NomadDeps): Endpoint[] {
  const keys = () => json({ keys: server.signer.publicKeys(state.read()) }, { 'cache-control': 'max-age=300' });
  const discovery = () => {
    const issuer = server.oidcIssuer;
    if (issuer === undefined)
      throw new NotFoundError('OIDC Discovery endpoint disabled: set oidc_issuer in the server block of the servers');
    return json({
      issuer,
      jwks_uri: `${issuer.replace(/\/$/, '')}${JWKS_PATH}`,
      response_types_supported: ['code'],
      id_token_signing_alg_values_supported: ['RS256'],
      subject_types_supported: ['public'],
    });
  };
  return [
    { path: JWKS_PATH, methods: { GET: keys } },
    { path: '/.well-known/openid-configuration', methods: { GET: discovery } },
  ];
}
