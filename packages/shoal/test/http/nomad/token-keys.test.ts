import { expect, test } from 'vitest';
import { anApi } from './support/an-api.ts';

/** What others verify tokens with: JWK sets (RFC 7517), OpenID Connect Discovery 1.0. */

test('the keys that tokens are verified with are public; what they are signed with is not', async () => {
  const api = await anApi();
  expect(await api.get('/.well-known/jwks.json')).toEqual({ keys: [] });
  await api.server.signer.prepare();
  const { keys } = (await api.get('/.well-known/jwks.json')) as { keys: Record<string, string>[] };
  expect(keys).toEqual([
    { kty: 'RSA', use: 'sig', alg: 'RS256', kid: expect.any(String), n: expect.any(String), e: 'AQAB' },
  ]);
  const listed = (await api.get('/v1/operator/keyring/keys')) as Record<string, unknown>[];
  expect(listed[0]?.['KeyID']).toBe(keys[0]?.['kid']);
  expect(JSON.stringify(listed)).not.toContain('Signing');
  const rotated = await api.ask('PUT', '/v1/operator/keyring/rotate');
  expect(rotated.text).not.toContain('Signing');
});

test('the discovery of keys is where the operator says that it is', async () => {
  const without = await anApi();
  const refused = await without.ask('GET', '/.well-known/openid-configuration');
  expect(refused).toMatchObject({ status: 404, text: expect.stringContaining('set oidc_issuer') });
  const api = await anApi({ oidcIssuer: 'https://nomad.example/' });
  expect(await api.get('/.well-known/openid-configuration')).toMatchObject({
    issuer: 'https://nomad.example/',
    jwks_uri: 'https://nomad.example/.well-known/jwks.json',
    id_token_signing_alg_values_supported: ['RS256'],
  });
});
