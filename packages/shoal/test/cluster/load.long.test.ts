import { afterAll, beforeAll, expect, test } from 'vitest';
import { expectOnlyKilled, type Kill, type LoadTarget, shownOutcome, startLoadRun } from '../e2e/edge-load.ts';
import { type HostAgent, type Hosts, makeHosts } from '../support/hosts.ts';
import { seeded } from '../support/raw.ts';
import { clientOf, nodesReady, startServer } from './cluster-config.ts';

/**
 * The load of `edge-load.test.ts` on four machines: the edge is on one, the server on another, and instances come and go on the two others. SHOAL_SEED
 * repeats a run.
 */

const seed = Number(process.env['SHOAL_SEED'] ?? Date.now() % 1_000_000);
const ROUNDS = 3;
const EDGE_PORT = 8080;

let hosts: Hosts;
let server: HostAgent;
let target: LoadTarget;

beforeAll(async () => {
  hosts = await makeHosts(['server', 'door', 'alpha', 'beta']);
  const started = await startServer(hosts);
  server = started.server;
  const joining = `retry_join = ["${server.address}"]`;
  const agents = [
    await hosts.agent('door', `${joining}\nedge { enabled = true }`),
    await hosts.agent('alpha', clientOf(server.address)),
    await hosts.agent('beta', clientOf(server.address)),
  ];
  await Promise.all(agents.map((agent) => agent.start({ SHOAL_JOIN_TOKEN: started.token })));
  await nodesReady(server, ['alpha', 'beta']);
  const { folder, network } = hosts;
  const { nomad, consul, run } = server;
  target = { folder, edgeUrl: `http://${network.host('door').control}:${EDGE_PORT}`, nomad, consul, run };
});

afterAll(() => hosts?.dispose());

test(`drains, versions, counts and kills on two nodes behind an edge elsewhere (seed ${seed})`, {
  timeout: ROUNDS * 150_000,
}, async () => {
  console.log(`seed ${seed}`);
  const random = seeded(seed);
  const run = await startLoadRun(target, seed);
  const kills: Kill[] = [];
  for (let round = 1; round <= ROUNDS; round++) {
    const name = random() < 0.5 ? 'alpha' : 'beta';
    const id = await idOf(name);
    await run.drain(id);
    await run.deploy(3, round);
    await server.nomad.nodes.setEligibility(id, 'eligible');
    await run.deploy(4, round);
    await run.deploy(2, round);
    await run.stopOne();
    kills.push(await run.killOne());
  }
  const outcome = await run.finish();
  console.log(
    `${ROUNDS} rounds of drain, new version, scale up, scale down, stop and kill -9\n${shownOutcome(outcome)}`,
  );
  expectOnlyKilled(outcome, kills);
  expect(outcome.notes.reduce((sum, { late }) => sum + late, 0)).toBe(0);
});

async function idOf(name: string): Promise<string> {
  const found = (await server.nomad.nodes.list()).value.find((node) => node.Name === name);
  if (!found) throw new Error(`there is no node ${name}`);
  return found.ID;
}
