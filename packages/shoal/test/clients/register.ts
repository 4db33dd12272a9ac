import type { TestAgent } from '../support/agent.ts';

/** Enters a node with a service from outside, as `PUT /v1/catalog/register` takes it. */
export function registerInCatalog(agent: TestAgent, body: object): Promise<void> {
  return put(agent, '/v1/catalog/register', body);
}

/** Registers an instance with the agent, as `PUT /v1/agent/service/register` takes it. */
export function registerService(agent: TestAgent, body: object): Promise<void> {
  return put(agent, '/v1/agent/service/register', body);
}

export function deregisterService(agent: TestAgent, id: string): Promise<void> {
  return put(agent, `/v1/agent/service/deregister/${id}`);
}

export async function put(agent: TestAgent, path: string, body: object = {}): Promise<void> {
  const answer = await fetch(agent.consulUrl + path, { method: 'PUT', body: JSON.stringify(body) });
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
}
