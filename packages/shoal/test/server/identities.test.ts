import { createPublicKey, randomUUID, verify } from 'node:crypto';
import type { WorkloadIdentity } from '@shoal/api';
import { describe, expect, test } from 'vitest';
import { identityClaims } from '../../src/server/identity-claims.ts';
import { until } from '../support/until.ts';
import { aCluster, aService, type Cluster } from './support/cluster.ts';

const bearer = { region: 'global', namespace: 'shop', job: 'web', group: 'front', allocId: 'a-1', task: 'nginx' };
const issue = { now: 1_700_000_000_500, tokenId: 'token-1' };

function identity(changes: Partial<WorkloadIdentity> = {}): WorkloadIdentity {
  return {
    ...{ Name: '', Audience: null, ChangeMode: 'noop', ChangeSignal: '', Env: true, File: false, TTL: 0 },
    ...changes,
  };
}

describe('a token says', () => {
  const cases: { name: string; given: Partial<WorkloadIdentity>; issuer?: string; without?: string; want: object }[] = [
    {
      name: 'who the task is',
      given: {},
      want: {
        sub: 'global:shop:web:front:nginx:default',
        nomad_namespace: 'shop',
        nomad_job_id: 'web',
        nomad_allocation_id: 'a-1',
        nomad_task: 'nginx',
        jti: 'token-1',
      },
    },
    { name: 'since when', given: {}, want: { iat: 1_700_000_000, nbf: 1_700_000_000 } },
    { name: 'no end, if it does not expire', given: {}, without: 'exp', want: {} },
    { name: 'until when, if it expires', given: { TTL: 90e9 }, want: { exp: 1_700_000_090 } },
    { name: 'for whom the default one is', given: {}, want: { aud: 'nomadproject.io' } },
    {
      name: 'for whom another is, and its name',
      given: { Name: 'bank', Audience: ['a.example', 'b.example'] },
      want: { aud: ['a.example', 'b.example'], sub: 'global:shop:web:front:nginx:bank' },
    },
    { name: 'nothing of an audience that nobody named', given: { Name: 'bank' }, without: 'aud', want: {} },
    { name: 'where the keys are', given: {}, issuer: 'https://n.example', want: { iss: 'https://n.example' } },
  ];
  test.each(cases)('$name', ({ given, issuer, without, want }) => {
    const claims = identityClaims(bearer, identity(given), { ...issue, ...(issuer && { issuer }) });
    expect(claims).toMatchObject(want);
    if (without !== undefined) expect(claims).not.toHaveProperty(without);
  });
});

describe('a client', () => {
  async function placed() {
    const cluster = await aCluster();
    const node = randomUUID();
    await cluster.node(node);
    const service = aService();
    const [group] = service.TaskGroups as [{ Tasks: object[] }];
    const tasks = group.Tasks.map((task) => ({
      ...task,
      Identities: [identity(), identity({ Name: 'bank', TTL: 60e9 })],
    }));
    await cluster.register({ ...service, TaskGroups: [{ ...group, Tasks: tasks }] } as never);
    const [alloc] = await until('it is placed', () => cluster.live().length === 1 && cluster.live());
    const ask = async (name: string, from = node) => {
      const question = { allocId: alloc?.ID ?? '', task: 't', about: { kind: 'identity' as const, name } };
      const after = { index: 0, waitMs: 0 };
      const { data } = await cluster.server.requests.askForTask(from, question, after, new AbortController().signal);
      return String(data);
    };
    return { cluster, ask, allocId: alloc?.ID };
  }

  function verified(token: string, { server, state }: Cluster) {
    const [head = '', body = '', signature = ''] = token.split('.');
    const { kid, alg } = JSON.parse(Buffer.from(head, 'base64url').toString());
    const jwk = server.signer.publicKeys(state.read()).find((key) => key.kid === kid);
    if (!jwk) return undefined;
    const key = createPublicKey({ key: jwk, format: 'jwk' });
    const isTrue = verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'));
    return { isTrue, alg, claims: JSON.parse(Buffer.from(body, 'base64url').toString()) };
  }

  test('gets tokens for its own tasks, which the published keys verify', async () => {
    const { cluster, ask, allocId } = await placed();
    const [one, other] = [await ask('default'), await ask('bank')];
    expect(verified(one, cluster)).toMatchObject({
      isTrue: true,
      alg: 'RS256',
      claims: { sub: 'global:default:j:g:t:default', nomad_allocation_id: allocId },
    });
    expect(verified(other, cluster)?.claims.exp).toBe(verified(other, cluster)?.claims.iat + 60);
    const forged = `${one.split('.').slice(0, 2).join('.')}.${other.split('.')[2]}`;
    expect(verified(forged, cluster)?.isTrue).toBe(false);
  });

  test('gets none for others, and none that the task does not name', async () => {
    const { cluster, ask } = await placed();
    const stranger = randomUUID();
    await cluster.node(stranger);
    await expect(ask('default', stranger)).rejects.toMatchObject({ status: 404 });
    await expect(ask('vault_default')).rejects.toMatchObject({ status: 403 });
  });

  test('asked at the same time signs with one pair of keys; a token outlives the rotation of its key', async () => {
    const { cluster, ask } = await placed();
    const tokens = await Promise.all([ask('default'), ask('default'), ask('bank')]);
    expect(cluster.server.signer.publicKeys(cluster.state.read())).toHaveLength(1);
    await cluster.server.keyring.rotate();
    const later = await ask('default');
    expect(later.split('.')[0]).not.toBe(tokens[0]?.split('.')[0]);
    for (const token of [...tokens, later]) expect(verified(token, cluster)?.isTrue).toBe(true);
  });
});
