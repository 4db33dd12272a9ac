import { createPublicKey, type JsonWebKey, verify } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { prepareAgent, type TestAgent } from '../support/agent.ts';
import { until } from '../support/until.ts';

/** Real tasks that say who they are, and somebody who verifies it with nothing but the published keys. */

let agent: TestAgent;

beforeAll(async () => {
  agent = await prepareAgent({ config: 'server { oidc_issuer = "https://nomad.example" }' });
  await agent.start();
});
afterAll(() => agent?.dispose());

const JOB = `job "who" {
  datacenters = ["dc1"]
  group "g" {
    task "t" {
      driver = "raw_exec"
      config {
        command = "/bin/sh"
        args    = ["-c", "trap 'cp secrets/nomad_bank.jwt local/renewed' HUP; printf %s $NOMAD_TOKEN > local/env; while :; do sleep 0.1; done"]
      }
      identity {
        env = true
      }
      identity {
        name          = "bank"
        aud           = ["bank.example"]
        file          = true
        ttl           = "3s"
        change_mode   = "signal"
        change_signal = "SIGHUP"
      }
    }
  }
}`;

async function claimsOf(token: string): Promise<Record<string, unknown> | undefined> {
  const [head = '', body = '', signature = ''] = token.split('.');
  const { kid } = JSON.parse(Buffer.from(head, 'base64url').toString());
  const answer = await fetch(`${agent.nomadUrl}/.well-known/jwks.json`);
  const { keys } = (await answer.json()) as { keys: (JsonWebKey & { kid: string })[] };
  const key = createPublicKey({ key: keys.find((each) => each.kid === kid) as JsonWebKey, format: 'jwk' });
  if (!verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))) return undefined;
  return JSON.parse(Buffer.from(body, 'base64url').toString());
}

test('tasks have tokens that others can verify, and new ones in time', async () => {
  await agent.run(JOB);
  const alloc = await until('it runs', async () => {
    const { value } = await agent.nomad.jobs.allocations('who');
    return value.find(({ ClientStatus }) => ClientStatus === 'running');
  });
  const read = (file: string) =>
    readFile(join(agent.dataDir, 'alloc', alloc.ID, 't', file), 'utf8').catch(() => undefined);
  const token = await until('it has told its token', () => read('local/env'));
  expect(await claimsOf(token)).toMatchObject({
    iss: 'https://nomad.example',
    aud: 'nomadproject.io',
    sub: 'global:default:who:g:t:default',
    nomad_allocation_id: alloc.ID,
  });
  const first = await read('secrets/nomad_bank.jwt');
  const renewed = await until('it was signalled with another token', async () => {
    const found = await read('local/renewed');
    return found !== undefined && found !== first ? found : undefined;
  });
  const claims = await claimsOf(renewed);
  expect(claims).toMatchObject({ aud: 'bank.example', sub: 'global:default:who:g:t:bank' });
  expect(Number(claims?.['exp']) - Number(claims?.['iat'])).toBe(3);
});

test('a task that was told of the keys before goes on after kill -9 of the agent, and its tokens with it', async () => {
  const before = await (await fetch(`${agent.nomadUrl}/.well-known/jwks.json`)).text();
  await agent.end('SIGKILL');
  await agent.start();
  expect(await (await fetch(`${agent.nomadUrl}/.well-known/jwks.json`)).text()).toBe(before);
});
